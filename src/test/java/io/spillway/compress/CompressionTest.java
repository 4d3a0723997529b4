package io.spillway.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spillway.compress.Compression.Codec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompressionTest {
    private static final Compression GZIP = Compression.parse("gzip", null);
    private static final Compression NONE = Compression.parse("none", null);

    @Test
    void namesAndExtensionsAreThoseOfFiles() {
        assertThat(GZIP).isEqualTo(new Compression(Codec.GZIP, 6));
        assertThat(GZIP.name()).isEqualTo("gzip");
        assertThat(GZIP.extension()).isEqualTo("gz");
        assertThat(NONE).isEqualTo(new Compression(Codec.NONE, 0));
        assertThat(NONE.name()).isEqualTo("none");
        assertThat(NONE.extension()).isEmpty();
    }

    @Test
    void anUnknownNameIsAnsweredWithTheKnownOnes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Compression.parse("rar", null))
                .withMessage("unknown compression \"rar\", known are gzip, none");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 9})
    void aLevelInRangeIsTaken(int level) {
        assertThat(Compression.parse("gzip", level).level()).isEqualTo(level);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 10})
    void aLevelOutOfRangeIsRefused(int level) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Compression.parse("gzip", level))
                .withMessage("compression \"gzip\" has levels 1 to 9, not " + level);
    }

    @Test
    void noneTakesNoLevel() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Compression.parse("none", 1))
                .withMessage("compression \"none\" takes no level, not 1");
    }

    @Test
    void noneLeavesTheBytesAsTheyAre() throws IOException {
        byte[] content = text(1, 10_000);
        assertThat(compress(NONE, content)).isEqualTo(content);
        assertThat(decompress(NONE, content)).isEqualTo(content);
    }

    @Test
    void theGzipHeaderHasNoTimeNoNameAndNoSystem() throws IOException {
        byte[] header = Arrays.copyOf(compress(GZIP, text(1, 1_000)), 10);
        assertThat(HexFormat.of().formatHex(header)).isEqualTo("1f8b08000000000000ff");
    }

    @Test
    void theLevelReachesTheDeflater() throws IOException {
        byte[] content = text(2, 500_000);
        assertThat(compress(Compression.parse("gzip", 9), content).length)
                .isLessThan(compress(Compression.parse("gzip", 1), content).length);
    }

    @Test
    void theSameInputGivesTheSameBytesHoweverItIsWritten() throws IOException {
        byte[] content = text(3, 700_000);
        byte[] expected = compress(GZIP, content);
        assertThat(compress(GZIP, content)).isEqualTo(expected);

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream stream = GZIP.compress(out)) {
            Random random = new Random(3);
            int at = 0;
            while (at < content.length) {
                int length = Math.min(random.nextInt(100_000), content.length - at);
                stream.write(content, at, length);
                stream.flush();
                at += length;
            }
        }
        assertThat(out.toByteArray()).isEqualTo(expected);
    }

    @Test
    void anEmptyInputIsAWholeMember() throws Exception {
        byte[] compressed = compress(GZIP, new byte[0]);
        assertThat(decompress(GZIP, compressed)).isEmpty();
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            assertThat(in.readAllBytes()).isEmpty();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void whatIsCompressedComesBack(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] content =
                random.nextBoolean() ? text(seed, random.nextInt(300_000)) : noise(random, random.nextInt(300_000));
        Compression compression = Compression.parse("gzip", 1 + random.nextInt(9));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream stream = compression.compress(out)) {
            int at = 0;
            while (at < content.length) {
                if (random.nextInt(4) == 0) {
                    stream.write(content[at++]);
                } else {
                    int length = Math.min(1 + random.nextInt(1 << random.nextInt(18)), content.length - at);
                    stream.write(content, at, length);
                    at += length;
                }
            }
        }
        assertThat(decompress(compression, out.toByteArray())).isEqualTo(content);
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(out.toByteArray()))) {
            assertThat(in.readAllBytes()).isEqualTo(content);
        }
    }

    @Test
    void singleBytesAreReadUnsigned() throws IOException {
        byte[] content = {0, 127, -128, -1};
        try (InputStream in = GZIP.decompress(new ByteArrayInputStream(compress(GZIP, content)))) {
            assertThat(new int[] {in.read(), in.read(), in.read(), in.read(), in.read(), in.read()})
                    .containsExactly(0, 127, 128, 255, -1, -1);
        }
    }

    @Test
    @Timeout(60)
    void theGzipCommandAcceptsTheFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("part.jsonl.gz");
        byte[] content = text(4, 200_000);
        Files.write(file, compress(GZIP, content));
        Path output = folder.resolve("output");
        Process gzip;
        try {
            gzip = new ProcessBuilder("gzip", "-t", "-v", file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "there is no gzip command here: " + e.getMessage());
            return;
        }
        assertThat(gzip.waitFor()).as(Files.readString(output)).isZero();
    }

    @Test
    void everyTruncationIsAnError() throws IOException {
        byte[] whole = compress(GZIP, text(5, 2_000));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatIOException().as("cut to %d of %d", length, whole.length).isThrownBy(() -> decompress(GZIP, cut));
        }
    }

    @Test
    void everyTruncationWithinTheTrailerIsAnError() throws IOException {
        byte[] whole = compress(GZIP, text(6, 300_000));
        for (int missing = 1; missing <= 8; missing++) {
            byte[] cut = Arrays.copyOf(whole, whole.length - missing);
            assertThatIOException().as("without the last %d bytes", missing).isThrownBy(() -> decompress(GZIP, cut));
        }
    }

    @Test
    void aWrongChecksumIsAnError() throws IOException {
        byte[] damaged = compress(GZIP, text(7, 2_000));
        damaged[damaged.length - 8] ^= 1;
        assertThatIOException().isThrownBy(() -> decompress(GZIP, damaged)).withMessageContaining("CRC32");
    }

    @Test
    void aWrongLengthIsAnError() throws IOException {
        byte[] damaged = compress(GZIP, text(7, 2_000));
        damaged[damaged.length - 1] ^= 1;
        assertThatIOException().isThrownBy(() -> decompress(GZIP, damaged));
    }

    @Test
    void aByteAfterTheMemberIsAnError() throws IOException {
        byte[] whole = compress(GZIP, text(8, 2_000));
        byte[] longer = Arrays.copyOf(whole, whole.length + 1);
        assertThatIOException().isThrownBy(() -> decompress(GZIP, longer)).withMessageContaining("bytes follow");
    }

    @Test
    void aSecondMemberIsAnError() throws IOException {
        byte[] first = compress(GZIP, text(8, 2_000));
        byte[] second = compress(GZIP, new byte[0]);
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        assertThatIOException().isThrownBy(() -> decompress(GZIP, both)).withMessageContaining("bytes follow");
    }

    @Test
    void whatFollowsIsAnErrorAgainOnTheNextRead() throws IOException {
        byte[] whole = compress(GZIP, new byte[] {1});
        InputStream in = GZIP.decompress(new ByteArrayInputStream(Arrays.copyOf(whole, whole.length + 1)));
        assertThat(in.read()).isOne();
        assertThatIOException().isThrownBy(in::read);
        assertThatIOException().isThrownBy(in::read);
    }

    @Test
    void whatIsNoGzipIsAnError() {
        assertThatIOException().isThrownBy(() -> decompress(GZIP, "{\"id\": 1}\n".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void closingClosesTheStreamBelow() throws IOException {
        for (Compression compression : new Compression[] {GZIP, NONE}) {
            ClosingOutput out = new ClosingOutput();
            compression.compress(out).close();
            assertThat(out.closed).as("output of %s", compression.name()).isTrue();

            ClosingInput in = new ClosingInput(compress(compression, new byte[10]));
            compression.decompress(in).close();
            assertThat(in.closed).as("input of %s", compression.name()).isTrue();
        }
    }

    @Test
    void anOutputThatFailsFailsTheCompression() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("full");
            }
        };
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> {
                    try (OutputStream out = GZIP.compress(full)) {
                        out.write(1);
                    }
                })
                .withMessage("full");
    }

    private static byte[] compress(Compression compression, byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream stream = compression.compress(out)) {
            stream.write(content);
        }
        return out.toByteArray();
    }

    private static byte[] decompress(Compression compression, byte[] compressed) throws IOException {
        try (InputStream in = compression.decompress(new ByteArrayInputStream(compressed))) {
            return in.readAllBytes();
        }
    }

    /** Compresses about as well as JSON Lines do. */
    private static byte[] text(long seed, int length) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder(length + 60);
        while (text.length() < length) {
            text.append("{\"id\": \"")
                    .append(random.nextInt(1_000_000))
                    .append("\", \"title\": \"journal of things\"}\n");
        }
        return text.substring(0, length).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] noise(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static final class ClosingOutput extends ByteArrayOutputStream {
        private boolean closed;

        @Override
        public void close() {
            closed = true;
        }
    }

    private static final class ClosingInput extends FilterInputStream {
        private boolean closed;

        ClosingInput(byte[] bytes) {
            super(new ByteArrayInputStream(bytes));
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
