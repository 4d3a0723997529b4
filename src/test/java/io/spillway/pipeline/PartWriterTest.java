package io.spillway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.compress.Compression;
import io.spillway.dataset.DumpId;
import io.spillway.encode.BulkLines;
import io.spillway.encode.Csv;
import io.spillway.encode.CsvColumns;
import io.spillway.encode.CsvOptions;
import io.spillway.encode.Encoder;
import io.spillway.encode.JsonLines;
import io.spillway.encode.PartPlace;
import io.spillway.encode.TarBatches;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.libdeflate.LibDeflate;
import io.spillway.manifest.Part;
import io.spillway.progress.Progress;
import io.spillway.progress.Stage;
import io.spillway.progress.StageClock;
import io.spillway.run.SyntheticExport;
import io.spillway.source.Document;
import io.spillway.source.Page;
import io.spillway.source.PageReader;
import io.spillway.source.Snapshot;
import io.spillway.source.SourceField;
import io.spillway.support.SyntheticSource;
import io.spillway.verify.WrittenPart;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PartWriterTest {
    private static final DumpId DUMP = new DumpId("journals", SyntheticSource.TAKEN_AT);

    @TempDir
    private Path folder;

    private final StageClock clock = new StageClock();

    @Test
    void aFinishedPartDescribesItsFile() throws Exception {
        SyntheticSource source = SyntheticSource.seeded(1, 500);
        for (String compression : List.of("gzip", "none")) {
            Path file = folder.resolve(compression);
            WrittenPart part = write(file, SyntheticExport.jsonLines(compression), source);

            byte[] bytes = Files.readAllBytes(file);
            byte[] content = (String.join("\n", source.lines()) + "\n").getBytes(StandardCharsets.UTF_8);
            assertThat(part)
                    .isEqualTo(new WrittenPart(
                            compression,
                            "jsonl",
                            compression,
                            bytes.length,
                            content.length,
                            500,
                            crc(bytes),
                            crc(content)));
        }
    }

    @Test
    void partsHaveMd5AndSha1OnlyIfTheFormatWantsThem() throws Exception {
        for (boolean wanted : List.of(false, true)) {
            PartFormat format = SyntheticExport.jsonLines("gzip").withMd5AndSha1(wanted);
            Path own = Files.createDirectory(folder.resolve("wanted-" + wanted));
            List<Part> parts = sequence(own, format, new PartLimits(20, 1 << 30), SyntheticSource.seeded(1, 50));
            assertThat(parts).hasSize(3);
            for (Part part : parts) {
                byte[] bytes = Files.readAllBytes(own.resolve(part.name()));
                assertThat(part.sha256()).isEqualTo(hash("SHA-256", bytes));
                assertThat(part.md5()).isEqualTo(wanted ? hash("MD5", bytes) : null);
                assertThat(part.sha1()).isEqualTo(wanted ? hash("SHA-1", bytes) : null);
            }
        }
    }

    @Test
    void aDocumentOnManyLinesBecomesOneLine() throws Exception {
        Path file = folder.resolve("part");
        write(
                file,
                SyntheticExport.jsonLines("none"),
                SyntheticSource.of("{\r\n  \"a\": [1.0,\n 2]\n}", "{} ", "{/* why */\"b\":\"/* stays */\\n\"}"));
        assertThat(Files.readString(file)).isEqualTo("{  \"a\": [1.0, 2]}\n{}\n{\"b\":\"/* stays */\\n\"}\n");
    }

    @Test
    void anEncoderMayWriteAHeaderBeforeTheFirstDocument() throws Exception {
        Encoder withHeader = new Encoder() {
            @Override
            public String format() {
                return "csv";
            }

            @Override
            public void begin(OutputStream out) throws IOException {
                out.write("id\n".getBytes(StandardCharsets.UTF_8));
            }

            @Override
            public void encode(Document document, OutputStream out) throws IOException {
                document.writeId(out);
                out.write('\n');
            }
        };
        Path file = folder.resolve("part");
        PartFormat format = new PartFormat(() -> withHeader, Compression.parse("none", null));
        WrittenPart part = write(file, format, SyntheticSource.of("{}"));
        assertThat(Files.readAllLines(file)).hasSize(2).first().isEqualTo("id");
        assertThat(part.documents()).isEqualTo(1);
        assertThat(part.format()).isEqualTo("csv");
    }

    @Test
    void anExistingFileIsNotOverwritten() throws Exception {
        Path file = folder.resolve("part");
        Files.writeString(file, "somebody's");
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> write(file, SyntheticExport.jsonLines("gzip"), SyntheticSource.of("{}")))
                .withMessageContaining(file.toString())
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE));
        assertThat(file).hasContent("somebody's");
    }

    @Test
    void anEncoderFailureNamesTheFile() {
        Path file = folder.resolve("part");
        PartFormat format = new PartFormat(Broken::new, Compression.parse("gzip", null));
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> write(file, format, SyntheticSource.of("{}")))
                .withMessageContaining(file.toString())
                .withMessageContaining("it broke");
    }

    @Test
    void theStageIsRestoredAfterAPart() throws Exception {
        clock.restart(Stage.WAITING);
        write(folder.resolve("part"), SyntheticExport.jsonLines("gzip"), SyntheticSource.seeded(1, 50));
        assertThat(clock.enter(Stage.READING)).isEqualTo(Stage.WAITING);
    }

    @Test
    void aPartWithADifferentCountWhenReadBackFails() {
        PartFormat twoLinesEach = new PartFormat(TwoLinesEach::new, Compression.parse("gzip", null));
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> sequence(twoLinesEach, new PartLimits(10, 1 << 20), SyntheticSource.seeded(1, 3)))
                .withMessageContaining("6 documents")
                .withMessageContaining("3")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.INTEGRITY));
    }

    @Test
    void aPartIsFullAtTheLimitOfDocumentsExactly() throws Exception {
        List<Part> parts =
                sequence(SyntheticExport.jsonLines("gzip"), new PartLimits(7, 1 << 30), SyntheticSource.seeded(1, 23));
        assertThat(parts).extracting(Part::documents).containsExactly(7L, 7L, 7L, 2L);
    }

    @Test
    void aMultipleOfTheLimitLeavesNoEmptyPart() throws Exception {
        List<Part> parts =
                sequence(SyntheticExport.jsonLines("gzip"), new PartLimits(7, 1 << 30), SyntheticSource.seeded(1, 21));
        assertThat(parts).extracting(Part::documents).containsExactly(7L, 7L, 7L);
    }

    @Test
    void aPartExceedsTheByteLimitByAtMostItsBuffersAndOneDocument() throws Exception {
        long limit = 300_000;
        long document = 2_000;
        // Between a document and the file: 64 KiB before, in and after the compressor. Libdeflate holds whole pieces.
        long pieces = Compression.parse("gzip", null).library().isPresent() ? LibDeflate.PIECE_BYTES : 0;
        long buffers = 3 * (64 << 10) + pieces;
        SyntheticSource source = SyntheticSource.seeded(1, 2_000, 1_900);
        for (String compression : List.of("gzip", "none")) {
            List<Part> parts = sequence(SyntheticExport.jsonLines(compression), new PartLimits(2_000, limit), source);
            assertThat(parts).hasSizeGreaterThan(2);
            assertThat(parts.subList(0, parts.size() - 1))
                    .allSatisfy(part -> assertThat(part.bytes()).isBetween(limit, limit + buffers + document));
            assertThat(parts.stream().mapToLong(Part::documents).sum()).isEqualTo(2_000);
        }
    }

    @Test
    void aDocumentLargerThanALimitHasAPartOfItsOwn() throws Exception {
        List<Part> parts = sequence(
                SyntheticExport.jsonLines("none"),
                new PartLimits(1_000, 1_000),
                SyntheticSource.seeded(1, 3, 500_000).pageSize(3));
        assertThat(parts).extracting(Part::documents).containsExactly(1L, 1L, 1L);
    }

    @Test
    void aSequenceWithoutDocumentsHasNoParts() throws Exception {
        assertThat(sequence(
                        SyntheticExport.jsonLines("gzip"), new PartLimits(7, 1 << 30), SyntheticSource.seeded(1, 0)))
                .isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void impossibleLimitsAreRefused() {
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new PartLimits(0, 1));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new PartLimits(1, 0));
    }

    /**
     * What the check compares the content with: the bytes for the reader, decompressed, in every format and
     * compression.
     */
    @ParameterizedTest
    @ValueSource(strings = {"jsonl", "csv", "tar", "bulk"})
    void theDigestOfAPartIsThatOfItsContent(String format) throws Exception {
        SyntheticSource source = SyntheticSource.seeded(1, 300);
        for (Compression compression : Stream.of("none", "gzip", "zstd", "xz", "bzip2")
                .map(name -> Compression.parse(name, null))
                .filter(each -> each.whyUnavailable().isEmpty())
                .toList()) {
            Path file = folder.resolve(compression.name());
            try (PartWriter writer =
                    new PartWriter(file, place(file), new PartFormat(encoder(format), compression), clock)) {
                forEach(source, writer::write);
                int contentCrc = writer.finish().contentCrc();
                try (InputStream content = compression.decompress(Files.newInputStream(file))) {
                    assertThat(contentCrc).as(compression.name()).isEqualTo(crc(content.readAllBytes()));
                }
            }
        }
    }

    private static Supplier<Encoder> encoder(String format) throws SpillwayException {
        CsvColumns columns =
                CsvColumns.fromMapping(List.of(new SourceField("id", "long"), new SourceField("text", "text")));
        return switch (format) {
            case "csv" -> () -> new Csv(columns, CsvOptions.DEFAULTS);
            case "tar" -> () -> new TarBatches(new TarBatches.Limits(50, 1 << 20), false);
            case "bulk" -> () -> new BulkLines(BulkLines.Action.INDEX, 1 << 20);
            default -> JsonLines::new;
        };
    }

    private WrittenPart write(Path file, PartFormat format, SyntheticSource source)
            throws SpillwayException, InterruptedException {
        try (PartWriter writer = new PartWriter(file, place(file), format, clock)) {
            forEach(source, writer::write);
            WrittenPart part = writer.finish();
            writer.sync();
            return part;
        }
    }

    private List<Part> sequence(PartFormat format, PartLimits limits, SyntheticSource source)
            throws SpillwayException, InterruptedException {
        return sequence(folder, format, limits, source);
    }

    private List<Part> sequence(Path into, PartFormat format, PartLimits limits, SyntheticSource source)
            throws SpillwayException, InterruptedException {
        String name = format.compression().name();
        try (PartSequence parts = new PartSequence(
                into, DUMP, 0, number -> name + "-%05d".formatted(number), format, limits, clock, part -> {}, null)) {
            forEach(source, parts::write);
            return parts.finish();
        }
    }

    private static PartPlace place(Path file) {
        return new PartPlace(DUMP, 0, 1, file.resolveSibling(file.getFileName() + ".scratch"));
    }

    private interface Sink {
        void write(Document document) throws SpillwayException, InterruptedException;
    }

    private void forEach(SyntheticSource source, Sink sink) throws SpillwayException, InterruptedException {
        try (Snapshot snapshot = source.freeze();
                PageReader reader = snapshot.read(snapshot.slices().get(0), clock, new Progress())) {
            for (Optional<Page> page = reader.next(); page.isPresent(); page = reader.next()) {
                for (Document document : page.get().documents()) {
                    sink.write(document);
                }
            }
        }
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static String hash(String algorithm, byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    }

    private static final class Broken implements Encoder {
        @Override
        public String format() {
            return "jsonl";
        }

        @Override
        public void encode(Document document, OutputStream out) throws IOException {
            throw new IOException("it broke");
        }
    }

    private static final class TwoLinesEach implements Encoder {
        private final Encoder lines = new JsonLines();

        @Override
        public String format() {
            return "jsonl";
        }

        @Override
        public void encode(Document document, OutputStream out) throws IOException {
            lines.encode(document, out);
            lines.encode(document, out);
        }
    }
}
