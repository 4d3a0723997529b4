package io.spillway.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.compress.Compression;
import io.spillway.destination.Digests;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Part;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartCheckTest {
    private static final String CONTENT = "{\"a\":1}\n".repeat(50_000);

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "none"})
    void anIntactPartPasses(String compression) throws Exception {
        byte[] file = file(compression, CONTENT);
        PartCheck.check(new ByteArrayInputStream(file), part(compression, file, CONTENT.length(), 50_000), "the part");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "none"})
    void aPartWithoutDocumentsPasses(String compression) throws Exception {
        byte[] file = file(compression, "");
        PartCheck.check(new ByteArrayInputStream(file), part(compression, file, 0, 0), "the part");
    }

    @Test
    void aStreamThatReturnsFewBytesAtATimePasses() throws Exception {
        byte[] file = file("gzip", CONTENT);
        InputStream drip = new ByteArrayInputStream(file) {
            @Override
            public synchronized int read(byte[] buffer, int offset, int length) {
                return super.read(buffer, offset, Math.min(length, 3));
            }
        };
        PartCheck.check(drip, part("gzip", file, CONTENT.length(), 50_000), "the part");
    }

    @ParameterizedTest
    @ValueSource(longs = {49_999, 50_001, 0})
    void anotherCountOfDocumentsIsReportedWithBothValues(long documents) throws Exception {
        byte[] file = file("gzip", CONTENT);
        assertDifferent(file, part("gzip", file, CONTENT.length(), documents), "50000 documents", "" + documents);
    }

    @Test
    void anotherUncompressedLengthIsReportedWithBothValues() throws Exception {
        byte[] file = file("gzip", CONTENT);
        assertDifferent(file, part("gzip", file, 7, 50_000), CONTENT.length() + " bytes uncompressed", "expected 7");
    }

    @Test
    void anotherLengthIsReportedWithBothValues() throws Exception {
        byte[] file = file("none", CONTENT);
        Part part = part("none", file, CONTENT.length(), 50_000);
        Part longer = new Part("p", "jsonl", "none", 1, CONTENT.length(), 50_000, part.sha256(), "", "");
        assertDifferent(file, longer, file.length + " bytes", "expected 1");
    }

    @Test
    void anotherHashIsReportedWithBothValues() throws Exception {
        byte[] file = file("none", CONTENT);
        String sha256 = part("none", file, 0, 0).sha256();
        Part other = new Part("p", "jsonl", "none", file.length, file.length, 50_000, "00", "", "");
        assertDifferent(file, other, sha256, "expected 00");
    }

    @Test
    void aTruncatedLastLineIsDetectedEvenIfAllNumbersAgree() throws Exception {
        byte[] file = file("none", "{}\n{}");
        assertDifferent(file, part("none", file, 5, 1), "ends in the middle of a document");
    }

    @Test
    void inTheBulkFormatADocumentIsTwoLines() throws Exception {
        String content = "{\"index\":{\"_id\":\"1\"}}\n{}\n".repeat(3);
        byte[] file = file("gzip", content);
        PartCheck.check(new ByteArrayInputStream(file), bulk(file, content.length(), 3), "the part");
        assertDifferent(file, bulk(file, content.length(), 6), "3 documents", "expected 6");

        byte[] cut = file("gzip", content + "{\"index\":{\"_id\":\"2\"}}\n");
        assertDifferent(cut, bulk(cut, content.length() + 22, 3), "ends in the middle of a document");
    }

    @ParameterizedTest
    @CsvSource({
        "jsonl, '{\"a\":1}\n', '{\"a\":2}\n'",
        "csv, '1,x\n', '2,x\n'",
        "bulk, '{\"index\":{}}\n{\"a\":1}\n', '{\"index\":{}}\n{\"a\":2}\n'"
    })
    void otherDocumentsAreDetectedEvenIfAllNumbersAgree(String format, String first, String second) throws Exception {
        String header = format.equals("csv") ? "a,b\n" : "";
        String written = header + first.repeat(500) + second.repeat(500);
        byte[] same = file("gzip", written);
        readBack(same, written(format, same, written, written));

        for (String read : List.of(
                header + first.repeat(499) + second.repeat(501),
                header + first.repeat(499) + second + first + second.repeat(499))) {
            byte[] file = file("gzip", read);
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> readBack(file, written(format, file, read, written)))
                    .withMessageContaining("content with CRC-32C %08x".formatted(crc(read)))
                    .withMessageContaining("expected %08x".formatted(crc(written)))
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.INTEGRITY));
        }
    }

    @Test
    void aByteThatChangesBetweenWritingAndReadingBackIsDetected() throws Exception {
        for (String compression : List.of("none", "gzip")) {
            byte[] file = file(compression, CONTENT);
            WrittenPart written = new WrittenPart(
                    "p", "jsonl", compression, file.length, CONTENT.length(), 50_000, crc(file), crc(CONTENT));
            readBack(file, written);
            byte[] changed = file.clone();
            // In gzip, the operating system in the header: no checksum of the format covers it.
            changed[9] ^= 1;
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> readBack(changed, written))
                    .withMessageContaining("has CRC-32C %08x, expected %08x".formatted(crc(changed), crc(file)))
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.INTEGRITY));
        }
    }

    @Test
    void readingBackTakesTheChecksumsThatAreWanted() throws Exception {
        byte[] file = file("gzip", CONTENT);
        WrittenPart lines =
                new WrittenPart("p", "jsonl", "gzip", file.length, CONTENT.length(), 50_000, crc(file), crc(CONTENT));
        Part all = part("gzip", file, CONTENT.length(), 50_000);
        assertThat(PartCheck.readBack(new ByteArrayInputStream(file), lines, true, "the part"))
                .isEqualTo(all);
        assertThat(PartCheck.readBack(new ByteArrayInputStream(file), lines, false, "the part"))
                .isEqualTo(new Part(
                        "p", "jsonl", "gzip", file.length, CONTENT.length(), 50_000, all.sha256(), null, null));
    }

    private static void readBack(byte[] file, WrittenPart written) throws Exception {
        PartCheck.readBack(new ByteArrayInputStream(file), written, false, "the part");
    }

    /** A part of 1,000 documents, whose file holds {@code read} and whose writer wrote {@code content}. */
    private static WrittenPart written(String format, byte[] file, String read, String content) {
        return new WrittenPart("p", format, "gzip", file.length, read.length(), 1_000, crc(file), crc(content));
    }

    private static int crc(String content) {
        return crc(content.getBytes(StandardCharsets.UTF_8));
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static Part bulk(byte[] file, long uncompressed, long documents) {
        Part part = part("gzip", file, uncompressed, documents);
        return new Part(
                "p", "bulk", "gzip", part.bytes(), uncompressed, documents, part.sha256(), part.md5(), part.sha1());
    }

    @Test
    void theStreamIsClosedWhetherItPassesOrNot() throws Exception {
        byte[] file = file("gzip", CONTENT);
        AtomicInteger closed = new AtomicInteger();
        PartCheck.check(counting(file, closed), part("gzip", file, CONTENT.length(), 50_000), "the part");
        assertThat(closed).hasPositiveValue();
        closed.set(0);
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> PartCheck.check(counting(file, closed), part("gzip", file, 1, 1), "the part"));
        assertThat(closed).hasPositiveValue();
        closed.set(0);
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> PartCheck.check(counting(file, closed), part("lzw", file, 1, 1), "the part"));
        assertThat(closed).hasPositiveValue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "none"})
    void aFailingSourceIsNotADifference(String compression) throws Exception {
        byte[] file = file(compression, CONTENT);
        InputStream failing =
                new SequenceInputStream(new ByteArrayInputStream(file, 0, file.length / 2), new InputStream() {
                    @Override
                    public int read(byte[] buffer, int offset, int length) throws IOException {
                        throw new IOException("the disk is gone");
                    }

                    @Override
                    public int read() throws IOException {
                        throw new IOException("the disk is gone");
                    }
                });
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> PartCheck.check(failing, part(compression, file, 0, 0), "the part"))
                .withMessageContaining("the disk is gone")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE));
    }

    @Test
    void aSourceThatEndsTooSoonWithoutAnErrorIsADifference() throws Exception {
        byte[] file = file("gzip", CONTENT);
        InputStream half = new ByteArrayInputStream(file, 0, file.length / 2);
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> PartCheck.check(half, part("gzip", file, CONTENT.length(), 50_000), "the part"))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.INTEGRITY));
    }

    private static InputStream counting(byte[] file, AtomicInteger closed) {
        return new ByteArrayInputStream(file) {
            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }

    private static void assertDifferent(byte[] file, Part part, String... words) {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> PartCheck.check(new ByteArrayInputStream(file), part, "the part"))
                .withMessageStartingWith("the part ")
                .satisfies(e -> {
                    assertThat(e.fault()).isEqualTo(Fault.INTEGRITY);
                    assertThat(e.getMessage()).contains(words);
                });
    }

    private static byte[] file(String compression, String content) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (OutputStream out = Compression.parse(compression, null).compress(file)) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return file.toByteArray();
    }

    private static Part part(String compression, byte[] file, long uncompressed, long documents) {
        Digests digests = new Digests();
        digests.update(file, 0, file.length);
        Digests.Sums sums = digests.finish();
        return new Part(
                "p",
                "jsonl",
                compression,
                file.length,
                uncompressed,
                documents,
                sums.sha256(),
                sums.md5(),
                sums.sha1());
    }
}
