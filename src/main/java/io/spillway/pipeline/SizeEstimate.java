package io.spillway.pipeline;

import io.spillway.compress.Compression;
import io.spillway.dataset.DumpId;
import io.spillway.encode.Encoder;
import io.spillway.encode.FieldLeftOutException;
import io.spillway.encode.PartPlace;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.Document;
import io.spillway.source.SourceSurvey;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * The estimated total size of the parts of a format: a survey's sample, encoded and scaled to all documents. Accurate
 * enough to decide whether a disk is large enough.
 *
 * @param format            the format's name
 * @param compression       its compression
 * @param bytes             estimated size of the files
 * @param bytesUncompressed estimated size of their content
 */
public record SizeEstimate(String format, Compression compression, long bytes, long bytesUncompressed) {
    private static final int BUFFER = 64 << 10;

    /**
     * Encodes the sample as an export would and counts the bytes. Only a scratch file in the system's temporary folder
     * is created, and removed.
     *
     * @throws SpillwayException {@link Fault#FIELD_POLICY} if an export of the sample would fail with it;
     *     {@link Fault#DESTINATION_UNAVAILABLE} if the temporary folder is not writable
     */
    public static SizeEstimate of(PartFormat format, SourceSurvey survey) throws SpillwayException {
        try {
            Path folder = Files.createTempDirectory("spillway-plan");
            try {
                // The fixed size of a part, such as a header, is not scaled.
                Size empty = size(format, List.of(), folder);
                Size sample = size(format, survey.sample(), folder);
                return new SizeEstimate(
                        format.encoder().get().format(),
                        format.compression(),
                        scaled(empty.bytes(), sample.bytes(), survey),
                        scaled(empty.bytesUncompressed(), sample.bytesUncompressed(), survey));
            } finally {
                Files.delete(folder);
            }
        } catch (FieldLeftOutException e) {
            throw PartWriter.leftOut(e);
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot encode the sample: " + e.getMessage(),
                    "set java.io.tmpdir to a writable folder",
                    e);
        }
    }

    private static long scaled(long empty, long sample, SourceSurvey survey) {
        if (survey.sample().isEmpty()) {
            return empty;
        }
        double aDocument = (double) (sample - empty) / survey.sample().size();
        return empty + Math.round(aDocument * survey.documents());
    }

    private static Size size(PartFormat format, List<Document> documents, Path folder) throws IOException {
        Counted file = new Counted(OutputStream.nullOutputStream());
        PartPlace place = new PartPlace(new DumpId("sample", Instant.EPOCH), 0, 1, folder.resolve("scratch"));
        Counted content = new Counted(format.compression().compress(file));
        try (Encoder encoder = format.encoder().get();
                OutputStream out = new BufferedOutputStream(content, BUFFER)) {
            encoder.begin(place, out);
            for (Document document : documents) {
                encoder.encode(document, out);
            }
            encoder.end(out);
        }
        return new Size(file.bytes, content.bytes);
    }

    private record Size(long bytes, long bytesUncompressed) {}

    private static final class Counted extends FilterOutputStream {
        private long bytes;

        Counted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            bytes++;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
            out.write(buffer, offset, length);
            bytes += length;
        }
    }
}
