package io.spillway.pipeline;

import io.spillway.encode.ColumnKinds;
import io.spillway.encode.Encoder;
import io.spillway.encode.FieldLeftOutException;
import io.spillway.encode.PartPlace;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.progress.Stage;
import io.spillway.progress.StageClock;
import io.spillway.source.Document;
import io.spillway.verify.WrittenPart;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Writes one part: documents through encoder, compressor and checksums into a file. Not thread-safe. Closing it without
 * {@link #finish()} and {@link #sync()} leaves an unfinished file, which the owner of the folder removes.
 */
final class PartWriter implements AutoCloseable {
    /** Large enough that neither the compressor nor the disk handles single documents. */
    private static final int BUFFER = 64 << 10;

    private final Path file;
    private final PartFormat format;
    private final StageClock clock;
    private final Encoder encoder;
    private final PartFile disk;
    private final Counted lines;
    private final OutputStream out;
    private long documents;

    PartWriter(Path file, PartPlace place, PartFormat format, StageClock clock) throws SpillwayException {
        this.file = file;
        this.format = format;
        this.clock = clock;
        this.encoder = format.encoder().get();
        try {
            this.disk = new PartFile(file, clock);
            OutputStream compressed = format.compression().compress(new BufferedOutputStream(disk, BUFFER));
            this.lines = new Counted(compressed, clock);
            this.out = new BufferedOutputStream(lines, BUFFER);
            encoder.begin(place, out);
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    void write(Document document) throws SpillwayException {
        try {
            encoder.encode(document, out);
            documents++;
        } catch (FieldLeftOutException e) {
            throw leftOut(e);
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    long documents() {
        return documents;
    }

    /** Fields without a place in the format, with the number of documents that have them. */
    Map<String, Long> leftOut() {
        return encoder.leftOut();
    }

    /** The kinds of cells in the columns, if the format has columns. */
    ColumnKinds columnKinds() {
        return encoder.columnKinds();
    }

    /** Whether the format requires a new part for this document. */
    boolean isFullFor(Document document) throws SpillwayException {
        try {
            return encoder.isFullFor(document);
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    /** Bytes of the file so far; the compressor may hold some back. */
    long bytes() {
        return disk.bytes;
    }

    /**
     * Completes the file and returns what is known of it. It is not on disk for certain before {@link #sync()}, and has no
     * SHA-256 before it was read back.
     */
    WrittenPart finish() throws SpillwayException {
        Stage before = clock.enter(Stage.ENCODING);
        try (encoder) {
            encoder.end(out);
            out.close();
        } catch (IOException e) {
            throw notWritten(e);
        } finally {
            clock.enter(before);
        }
        return new WrittenPart(
                file.getFileName().toString(),
                encoder.format(),
                format.compression().name(),
                disk.bytes,
                lines.bytes,
                documents,
                (int) disk.crc.getValue(),
                (int) lines.crc.getValue());
    }

    /** Syncs the finished file to disk and closes it. For any thread, once, after {@link #finish()}. */
    void sync() throws SpillwayException {
        try {
            disk.sync();
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    /** Closes a finished file that will not be synced. */
    void abandon() {
        disk.abandon();
    }

    @Override
    public void close() {
        encoder.close();
        disk.abandon();
        try {
            // Releases the compressor's off-heap memory, also for an unfinished part.
            lines.close();
        } catch (IOException e) {
            // The compressor cannot write its end because the file is already closed; it is about to be removed.
        }
    }

    /** The exception for a field without a column. */
    static SpillwayException leftOut(FieldLeftOutException e) {
        return new SpillwayException(
                Fault.FIELD_POLICY,
                String.valueOf(e.getMessage()),
                "add a column for it, or set unlisted: note, which leaves such fields out and counts them",
                e);
    }

    private SpillwayException notWritten(IOException e) {
        return new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE,
                "cannot write " + file + ": " + e.getMessage(),
                "nothing was published, and the work files were removed; check whether the disk is full",
                e);
    }

    /** Counts the encoder's output and adds up its CRC-32C on its way to the compressor. */
    private static final class Counted extends FilterOutputStream {
        private final StageClock clock;
        private final CRC32C crc = new CRC32C();
        private long bytes;

        Counted(OutputStream compressor, StageClock clock) {
            super(compressor);
            this.clock = clock;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
            Stage before = clock.enter(Stage.COMPRESSING);
            try {
                crc.update(buffer, offset, length);
                out.write(buffer, offset, length);
                bytes += length;
            } finally {
                clock.enter(before);
            }
        }

        @Override
        public void flush() {
            // Flushing midway would reset the compressor's window; closing flushes the end of the part.
        }

        @Override
        public void close() throws IOException {
            Stage before = clock.enter(Stage.COMPRESSING);
            try {
                out.close();
            } finally {
                clock.enter(before);
            }
        }
    }

    /** The file: adds up the CRC-32C of what is written. Closing the stream leaves the file open for {@link #sync()}. */
    private static final class PartFile extends OutputStream {
        private final FileChannel channel;
        private final StageClock clock;
        private final CRC32C crc = new CRC32C();
        private long bytes;

        PartFile(Path file, StageClock clock) throws IOException {
            this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            this.clock = clock;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
            Stage before = clock.enter(Stage.WRITING);
            try {
                // In chunks: the channel allocates off-heap memory for each write's whole length and keeps it.
                for (int at = offset; at < offset + length; at += BUFFER) {
                    ByteBuffer rest = ByteBuffer.wrap(buffer, at, Math.min(BUFFER, offset + length - at));
                    while (rest.hasRemaining()) {
                        channel.write(rest);
                    }
                }
                crc.update(buffer, offset, length);
                bytes += length;
            } finally {
                clock.enter(before);
            }
        }

        void sync() throws IOException {
            try (channel) {
                channel.force(true);
            }
        }

        void abandon() {
            try {
                channel.close();
            } catch (IOException e) {
                // The file is about to be removed, so unwritten bytes do not matter.
            }
        }
    }
}
