package io.spillway.compress;

import static io.spillway.compress.Samples.compress;
import static io.spillway.compress.Samples.decompress;
import static io.spillway.compress.Samples.joined;
import static io.spillway.compress.Samples.noise;
import static io.spillway.compress.Samples.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.github.luben.zstd.ZstdOutputStream;
import io.spillway.compress.Compression.Codec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZ;
import org.tukaani.xz.XZOutputStream;

/** In every codec, a file that is damaged, cut or followed by other bytes never reads as a whole file. */
@Timeout(120)
@Tag("slow")
public class StrictReadingTest {
    private static final String CHEAPEST = "io.spillway.compress.Samples#cheapest";

    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void everyTruncationOfASmallFileIsAnError(Compression compression) throws IOException {
        byte[] whole = compress(compression, text(5, 2_000));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatIOException()
                    .as("cut to %d of %d", length, whole.length)
                    .isThrownBy(() -> decompress(compression, cut));
        }
    }

    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void everyTruncationOfAnEmptyFileIsAnError(Compression compression) throws IOException {
        byte[] whole = compress(compression, new byte[0]);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatIOException()
                    .as("cut to %d of %d", length, whole.length)
                    .isThrownBy(() -> decompress(compression, cut));
        }
    }

    /** Noise does not compress, so the file is larger than every buffer. The cuts are at buffer boundaries. */
    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void aTruncationOfALargeFileIsAnErrorAtAnyPosition(Compression compression) throws IOException {
        Random random = new Random(6);
        byte[] whole = compress(compression, joined(text(6, 300_000), noise(random, 300_000)));
        int[] borders = {65_535, 65_536, 65_537, 131_072, 196_608, 262_144};
        int[] seeded = random.ints(60, 0, whole.length).toArray();
        for (int length : concat(borders, seeded)) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatIOException()
                    .as("cut to %d of %d", length, whole.length)
                    .isThrownBy(() -> decompress(compression, cut));
        }
    }

    /** All the content has been read by then. Only the missing end reveals the truncation. */
    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void everyTruncationWithinTheTrailerIsAnError(Compression compression) throws IOException {
        byte[] whole = compress(compression, text(6, 300_000));
        for (int missing = 1; missing <= 40; missing++) {
            byte[] cut = Arrays.copyOf(whole, whole.length - missing);
            assertThatIOException()
                    .as("without the last %d bytes", missing)
                    .isThrownBy(() -> decompress(compression, cut));
        }
    }

    /** The source ends each read early, as a network does, so that the end of the data meets the end of a read. */
    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void aTruncatedFileIsAnErrorEvenIfItArrivesByteByByte(Compression compression) throws IOException {
        byte[] whole = compress(compression, text(7, 400));
        for (int length = 0; length < whole.length; length++) {
            InputStream trickle = new Trickle(Arrays.copyOf(whole, length));
            assertThatIOException().as("cut to %d of %d", length, whole.length).isThrownBy(() -> {
                try (InputStream in = compression.decompress(trickle)) {
                    in.readAllBytes();
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void aWholeFileIsReadEvenIfItArrivesByteByByte(Compression compression) throws IOException {
        byte[] content = text(7, 4_000);
        try (InputStream in = compression.decompress(new Trickle(compress(compression, content)))) {
            assertThat(in.readAllBytes()).isEqualTo(content);
        }
    }

    /** Some bits do not affect the content, for example those of a time stamp. */
    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void noFlippedBitGivesOtherContent(Compression compression) throws IOException {
        byte[] content = text(7, 1_000);
        byte[] whole = compress(compression, content);
        int errors = 0;
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            try {
                assertThat(decompress(compression, damaged)).as("bit %d", bit).isEqualTo(content);
            } catch (IOException expected) {
                errors++;
            }
        }
        assertThat(errors).isGreaterThan(whole.length * 8 * 9 / 10);
    }

    @Test
    void aWrongGzipChecksumIsNamed() throws IOException {
        byte[] damaged = compress(new Compression(Codec.GZIP, 6), text(7, 2_000));
        damaged[damaged.length - 8] ^= 1;
        assertThatIOException()
                .isThrownBy(() -> decompress(new Compression(Codec.GZIP, 6), damaged))
                .withMessageContaining("CRC32");
    }

    @Test
    void aWrongGzipLengthIsAnError() throws IOException {
        byte[] damaged = compress(new Compression(Codec.GZIP, 6), text(7, 2_000));
        damaged[damaged.length - 1] ^= 1;
        assertThatIOException().isThrownBy(() -> decompress(new Compression(Codec.GZIP, 6), damaged));
    }

    @Test
    void aWrongZstdChecksumIsNamed() throws IOException {
        byte[] damaged = compress(new Compression(Codec.ZSTD, 3), text(7, 2_000));
        damaged[damaged.length - 1] ^= 1;
        assertThatIOException()
                .isThrownBy(() -> decompress(new Compression(Codec.ZSTD, 3), damaged))
                .withMessageContaining("checksum");
    }

    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void anyNumberOfBytesAfterTheEndIsAnError(Compression compression) throws IOException {
        byte[] whole = compress(compression, text(8, 2_000));
        for (int extra : new int[] {1, 2, 3, 4, 5, 8, 100, 70_000}) {
            byte[] longer = Arrays.copyOf(whole, whole.length + extra);
            assertThatIOException()
                    .as("%d trailing zero bytes", extra)
                    .isThrownBy(() -> decompress(compression, longer))
                    .withMessageContaining("bytes follow the end of the " + compression.name());
        }
    }

    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void aSecondFileAfterTheFirstIsAnError(Compression compression) throws IOException {
        byte[] first = compress(compression, text(8, 2_000));
        for (byte[] second : new byte[][] {compress(compression, new byte[0]), first}) {
            assertThatIOException()
                    .isThrownBy(() -> decompress(compression, joined(first, second)))
                    .withMessageContaining("bytes follow");
        }
    }

    /** The library's own streams treat the start of another file as the end of the file. */
    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void theStartOfASecondFileIsAnError(Compression compression) throws IOException {
        byte[] first = compress(compression, text(8, 2_000));
        for (int length = 1; length < 12; length++) {
            byte[] longer = joined(first, Arrays.copyOf(first, length));
            assertThatIOException()
                    .as("%d bytes of a second", length)
                    .isThrownBy(() -> decompress(compression, longer));
        }
    }

    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void trailingBytesAreAnErrorAgainOnTheNextRead(Compression compression) throws IOException {
        byte[] whole = compress(compression, new byte[] {1});
        InputStream in = compression.decompress(new ByteArrayInputStream(Arrays.copyOf(whole, whole.length + 1)));
        try (in) {
            assertThatIOException().isThrownBy(in::readAllBytes).withMessageContaining("bytes follow");
            assertThatIOException().isThrownBy(in::read).withMessageContaining("bytes follow");
            assertThatIOException().isThrownBy(() -> in.read(new byte[9])).withMessageContaining("bytes follow");
        }
    }

    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void anEarlyEndIsAnErrorAgainOnTheNextRead(Compression compression) throws IOException {
        byte[] whole = compress(compression, text(9, 1_000));
        InputStream in = compression.decompress(new ByteArrayInputStream(whole, 0, whole.length - 1));
        try (in) {
            assertThatIOException().isThrownBy(in::readAllBytes);
            assertThatIOException().isThrownBy(in::read);
        }
    }

    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void theEndIsReportedAgainOnTheNextRead(Compression compression) throws IOException {
        InputStream in = compression.decompress(new ByteArrayInputStream(compress(compression, new byte[] {1})));
        try (in) {
            assertThat(new int[] {in.read(), in.read(), in.read()}).containsExactly(1, -1, -1);
            assertThat(in.read(new byte[9])).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void singleBytesAreReadUnsigned(Compression compression) throws IOException {
        byte[] content = {0, 127, -128, -1};
        try (InputStream in = compression.decompress(new ByteArrayInputStream(compress(compression, content)))) {
            assertThat(new int[] {in.read(), in.read(), in.read(), in.read(), in.read()})
                    .containsExactly(0, 127, 128, 255, -1);
        }
    }

    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void anotherFormatIsAnError(Compression compression) throws IOException {
        byte[] plain = "{\"id\": \"a line of JSON\"}\n".getBytes(StandardCharsets.UTF_8);
        assertThatIOException().isThrownBy(() -> decompress(compression, plain));
        for (Compression other : Samples.cheapest()) {
            if (other.codec() != compression.codec()) {
                byte[] foreign = compress(other, text(1, 1_000));
                assertThatIOException().as(other.name()).isThrownBy(() -> decompress(compression, foreign));
            }
        }
    }

    @Test
    void aZstdFrameWithoutChecksumIsRefused() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZstdOutputStream zstd = new ZstdOutputStream(out)) {
            zstd.write(text(1, 1_000));
        }
        assertThatIOException()
                .isThrownBy(() -> decompress(new Compression(Codec.ZSTD, 3), out.toByteArray()))
                .withMessageContaining("no checksum");
    }

    /** Such a frame holds no content and may occur anywhere in a file. The library skips it. */
    @Test
    void aSkippableZstdFrameIsRefused() throws IOException {
        Compression zstd = new Compression(Codec.ZSTD, 3);
        byte[] skippable = {0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4};
        assertThatIOException().isThrownBy(() -> decompress(zstd, skippable));
        assertThatIOException().isThrownBy(() -> decompress(zstd, joined(skippable, compress(zstd, new byte[9]))));
        assertThatIOException().isThrownBy(() -> decompress(zstd, joined(compress(zstd, new byte[9]), skippable)));
    }

    @Test
    void anXzStreamWithoutChecksumIsRefused() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (XZOutputStream xz = new XZOutputStream(out, new LZMA2Options(0), XZ.CHECK_NONE)) {
            xz.write(text(1, 1_000));
        }
        assertThatIOException()
                .isThrownBy(() -> decompress(new Compression(Codec.XZ, 0), out.toByteArray()))
                .withMessageContaining("no checksum");
    }

    /** The file declares the size of the dictionary, and the reader must allocate it. */
    @Test
    void anXzFileThatNeedsMoreMemoryThanAnyLevelIsRefused() throws IOException {
        LZMA2Options small = new LZMA2Options(0);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (XZOutputStream xz = new XZOutputStream(out, small)) {
            xz.write(text(1, 1_000));
        }
        byte[] greedy = out.toByteArray();
        // Byte 16 is the dictionary size in the header of the first block. The last four bytes of the header are its
        // CRC32.
        assertThat(greedy[14]).as("the id of the only filter").isEqualTo((byte) 0x21);
        greedy[16] = 36; // 1 GiB
        CRC32 crc = new CRC32();
        crc.update(greedy, 12, 8);
        for (int i = 0; i < 4; i++) {
            greedy[20 + i] = (byte) (crc.getValue() >>> (8 * i));
        }
        assertThatIOException()
                .isThrownBy(() -> decompress(new Compression(Codec.XZ, 0), greedy))
                .withMessageContaining("memory");
    }

    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void closingClosesTheSourceOnce(Compression compression) throws IOException {
        Closing source = new Closing(compress(compression, new byte[10]));
        InputStream in = compression.decompress(source);
        in.close();
        in.close();
        assertThat(source.closings).isOne();
    }

    @Test
    void closingAnUncompressedStreamClosesTheSource() throws IOException {
        Closing source = new Closing(new byte[10]);
        new Compression(Codec.NONE, 0).decompress(source).close();
        assertThat(source.closings).isOne();
    }

    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void aSourceWithAWrongHeaderStaysOpen(Compression compression) {
        Closing source = new Closing(new byte[100]);
        assertThatIOException().isThrownBy(() -> compression.decompress(source));
        assertThat(source.closings).isZero();
    }

    @ParameterizedTest
    @MethodSource(CHEAPEST)
    void aFailingSourceFailsTheRead(Compression compression) throws IOException {
        byte[] whole = compress(compression, noise(new Random(1), 200_000));
        InputStream failing = new FilterInputStream(new ByteArrayInputStream(whole)) {
            private int left = 100_000;

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                if (left <= 0) {
                    throw new IOException("the line is down");
                }
                int read = super.read(buffer, offset, Math.min(length, left));
                left -= read;
                return read;
            }
        };
        assertThatIOException()
                .isThrownBy(() -> {
                    try (InputStream in = compression.decompress(failing)) {
                        in.readAllBytes();
                    }
                })
                .withMessage("the line is down");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 131_071, 131_072, 131_073, 262_144, 1_000_000})
    void zstdContentOfEveryLengthAroundABlockIsWhole(int length) throws IOException {
        byte[] content = noise(new Random(length), length);
        Compression zstd = new Compression(Codec.ZSTD, 1);
        assertThat(decompress(zstd, compress(zstd, content))).isEqualTo(content);
        assertThat(decompress(zstd, compress(zstd, new byte[length]))).isEqualTo(new byte[length]);
    }

    private static int[] concat(int[] first, int[] second) {
        int[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** One byte per read, and nothing ever available. */
    private static final class Trickle extends ByteArrayInputStream {
        Trickle(byte[] bytes) {
            super(bytes);
        }

        @Override
        public synchronized int read(byte[] buffer, int offset, int length) {
            return super.read(buffer, offset, Math.min(length, 1));
        }

        @Override
        public synchronized int available() {
            return 0;
        }
    }

    private static final class Closing extends ByteArrayInputStream {
        private int closings;

        Closing(byte[] bytes) {
            super(bytes);
        }

        @Override
        public void close() {
            closings++;
        }
    }
}
