package io.spillway.libdeflate;

import static io.spillway.compress.Samples.decompress;
import static io.spillway.compress.Samples.noise;
import static io.spillway.compress.Samples.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.spillway.compress.Compression;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pieces that the JDK deflated, so that this works on every Java. Libdeflate must pass the same tests elsewhere. */
@Timeout(120)
class GzipMemberTest {
    private static final Compression GZIP = Compression.parse("gzip", null);
    private static final int PIECE = 1_000;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 1, 50 * PIECE})
    void aNumberOfBytesAroundThePieceSizeIsReadBack(int length) throws IOException {
        byte[] content = text(length, length);
        byte[] member = member(content, 6, new JdkPieces(6, Deflater.DEFAULT_STRATEGY, PIECE));
        assertThat(decompress(GZIP, member)).isEqualTo(content);
        assertThat(readByJdk(member)).isEqualTo(content);
    }

    static Stream<Long> seeds() {
        return LongStream.rangeClosed(1, 40).boxed();
    }

    /** Levels from 0, so that there are stored blocks; strategies, so that there are blocks without matches. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void anyContentIsReadBackFromPiecesOfAnyKind(long seed) throws IOException {
        Random random = new Random(seed);
        for (int strategy : new int[] {Deflater.DEFAULT_STRATEGY, Deflater.FILTERED, Deflater.HUFFMAN_ONLY}) {
            byte[] content = DeflateBlocksTest.content(random, random.nextInt(200_000));
            int pieceBytes = 1 + random.nextInt(random.nextBoolean() ? 300 : 80_000);
            byte[] member = member(content, 6, new JdkPieces(random.nextInt(10), strategy, pieceBytes));
            assertThat(decompress(GZIP, member)).isEqualTo(content);
            assertThat(readByJdk(member)).isEqualTo(content);
        }
    }

    /** Pieces of one byte end at every bit of a byte sooner or later. */
    @Test
    void piecesJoinAtEveryBitPosition() throws IOException {
        for (int length = 1; length < 40; length++) {
            byte[] content = noise(new Random(length), 10 * length);
            byte[] member = member(content, 6, new JdkPieces(9, Deflater.DEFAULT_STRATEGY, length));
            assertThat(readByJdk(member)).isEqualTo(content);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 6, 9})
    void theHeaderIsThatOfTheJdk(int level) throws IOException {
        String flags = level == 1 ? "04" : level == 9 ? "02" : "00";
        byte[] member = member(text(1, 100), level, new JdkPieces(level, Deflater.DEFAULT_STRATEGY, PIECE));
        assertThat(HexFormat.of().formatHex(member, 0, 10)).isEqualTo("1f8b080000000000" + flags + "ff");
    }

    @Test
    void anEmptyMemberHasTwentyBytes() throws IOException {
        assertThat(member(new byte[0], 6, new JdkPieces(6, Deflater.DEFAULT_STRATEGY, PIECE)))
                .hasSize(20);
    }

    @Test
    void theDeflaterIsFreedOnce() throws IOException {
        JdkPieces deflater = new JdkPieces(6, Deflater.DEFAULT_STRATEGY, PIECE);
        OutputStream stream = new GzipMember(OutputStream.nullOutputStream(), 6, deflater);
        stream.close();
        stream.close();
        assertThat(deflater.closings).isOne();
    }

    @Test
    void theDeflaterIsFreedIfTheOutputFails() {
        JdkPieces deflater = new JdkPieces(6, Deflater.DEFAULT_STRATEGY, PIECE);
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("full");
            }
        };
        assertThatIOException()
                .isThrownBy(() -> {
                    try (OutputStream stream = new GzipMember(full, 6, deflater)) {
                        stream.write(new byte[3 * PIECE]);
                    }
                })
                .withMessage("full");
        assertThat(deflater.closings).isOne();
    }

    @Test
    void aCompressorThatLosesBytesIsDetectedAndTheFileHasNoValidEnd() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        OutputStream stream = new GzipMember(out, 6, new Losing(new JdkPieces(6, Deflater.DEFAULT_STRATEGY, PIECE)));
        assertThatIllegalStateException()
                .isThrownBy(() -> stream.write(noise(new Random(1), 2 * PIECE)))
                .withMessageContaining("of 1000, which hold 999");
        int written = out.size();
        assertThatIOException().isThrownBy(() -> stream.write(new byte[PIECE])).withMessageContaining("earlier");
        stream.close();
        assertThat(out.size()).isEqualTo(written);
    }

    /** Deflates one byte less than it was given. */
    private record Losing(JdkPieces honest) implements PieceDeflater {
        @Override
        public ByteBuffer piece() {
            return honest.piece();
        }

        @Override
        public ByteBuffer deflate() {
            int position = piece().position();
            piece().position(position - 1);
            ByteBuffer deflated = honest.deflate();
            piece().position(position);
            return deflated;
        }

        @Override
        public void close() {
            honest.close();
        }
    }

    private static byte[] member(byte[] content, int level, PieceDeflater deflater) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream stream = new GzipMember(out, level, deflater)) {
            stream.write(content);
        }
        return out.toByteArray();
    }

    private static byte[] readByJdk(byte[] member) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(member))) {
            return in.readAllBytes();
        }
    }
}
