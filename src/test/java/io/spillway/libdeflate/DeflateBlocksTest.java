package io.spillway.libdeflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.compress.Samples;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The JDK's Deflater creates the streams, and its Inflater is the reference. */
@Timeout(120)
class DeflateBlocksTest {
    private static final int[] STRATEGIES = {Deflater.DEFAULT_STRATEGY, Deflater.FILTERED, Deflater.HUFFMAN_ONLY};

    private final DeflateBlocks blocks = new DeflateBlocks();

    static Stream<Long> seeds() {
        return LongStream.rangeClosed(1, 60).boxed();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theEndAndTheLengthMatchTheInflater(long seed) throws Exception {
        Random random = new Random(seed);
        for (int level = 0; level <= 9; level++) {
            for (int strategy : STRATEGIES) {
                byte[] content = content(random, random.nextInt(120_000));
                byte[] deflated = deflate(content, level, strategy, random);
                DeflateBlocks.Found found = blocks.walk(ByteBuffer.wrap(deflated));
                assertThat(found.inflated()).isEqualTo(content.length);
                assertThat((found.end() + 7) / 8).isEqualTo(deflated.length);
                assertThat(found.lastBlock()).isLessThan(found.end());
            }
        }
    }

    /**
     * Only the last block is marked as last: without that bit the inflater returns the same content and asks for more
     * input.
     */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theLastBlockIsTheOneThatEndsTheStream(long seed) throws Exception {
        Random random = new Random(seed);
        byte[] content = content(random, random.nextInt(200_000));
        byte[] deflated = deflate(content, random.nextInt(10), STRATEGIES[random.nextInt(3)], random);
        long last = blocks.walk(ByteBuffer.wrap(deflated)).lastBlock();
        assertThat(inflate(deflated)).hasValue(new Inflated(content.length, deflated.length, true));
        deflated[(int) (last >>> 3)] ^= (byte) (1 << (last & 7));
        assertThat(inflate(deflated)).hasValue(new Inflated(content.length, deflated.length, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0300", // an empty fixed block
                "010000ffff", // an empty stored block
                "4b040043beb7e8", // "a", then bytes that belong to something else
            })
    void theSmallestStreamsAreParsed(String hex) throws Exception {
        byte[] deflated = HexFormat.of().parseHex(hex);
        Inflated expected = inflate(deflated).orElseThrow();
        DeflateBlocks.Found found = blocks.walk(ByteBuffer.wrap(deflated));
        assertThat(found.lastBlock()).isZero();
        assertThat(found.inflated()).isEqualTo(expected.bytes());
        assertThat((found.end() + 7) / 8).isEqualTo(expected.consumed());
    }

    /** Byte i occurs as often as the i-th Fibonacci number, which gives the longest possible codes. */
    @Test
    void codesOfFifteenBitsAreFound() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int one = 1;
        int two = 1;
        for (int value = 0; value < 20; value++) {
            for (int i = 0; i < one; i++) {
                bytes.write(value);
            }
            int sum = one + two;
            one = two;
            two = sum;
        }
        byte[] content = shuffled(bytes.toByteArray());
        Deflater deflater = new Deflater(6, true);
        deflater.setStrategy(Deflater.HUFFMAN_ONLY);
        byte[] deflated = finish(deflater, content);
        DeflateBlocks.Found found = blocks.walk(ByteBuffer.wrap(deflated));
        assertThat(found.inflated()).isEqualTo(content.length);
        assertThat((found.end() + 7) / 8).isEqualTo(deflated.length);
    }

    @Test
    void aTruncatedStreamIsRefusedAtAnyPosition() throws Exception {
        byte[] deflated = deflate(content(new Random(7), 3_000), 6, Deflater.DEFAULT_STRATEGY, new Random(7));
        for (int length = 0; length < deflated.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(deflated, length));
            assertThatExceptionOfType(ZipException.class)
                    .as("%d of %d bytes", length, deflated.length)
                    .isThrownBy(() -> blocks.walk(cut));
        }
    }

    @Test
    void aBlockOfTheReservedTypeIsRefused() {
        assertThatExceptionOfType(ZipException.class)
                .isThrownBy(() -> blocks.walk(ByteBuffer.wrap(new byte[] {7, 0, 0})))
                .withMessage("a block of unknown type at bit 0");
    }

    @Test
    void aStoredBlockWithADamagedLengthIsRefused() {
        assertThatExceptionOfType(ZipException.class)
                .isThrownBy(() -> blocks.walk(ByteBuffer.wrap(new byte[] {1, 1, 0, 0, 0, 9})))
                .withMessageStartingWith("a stored block of damaged length");
    }

    /**
     * Streams that the inflater accepts are parsed to the same end. Others are refused or parsed, and nothing else
     * happens.
     */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aDamagedStreamIsRefusedOrParsedAsTheInflaterDoes(long seed) throws Exception {
        Random random = new Random(seed);
        byte[] deflated = deflate(
                content(random, 200 + random.nextInt(3_000)),
                1 + random.nextInt(9),
                STRATEGIES[(int) seed % 3],
                random);
        int taken = 0;
        for (int i = 0; i < 400; i++) {
            byte[] damaged = deflated.clone();
            for (int flips = 1 + random.nextInt(2); flips > 0; flips--) {
                int bit = random.nextInt(8 * damaged.length);
                damaged[bit >>> 3] ^= (byte) (1 << (bit & 7));
            }
            Optional<Inflated> expected = inflate(damaged).filter(Inflated::finished);
            Optional<DeflateBlocks.Found> found = walk(damaged);
            if (expected.isPresent()) {
                taken++;
                assertThat(found)
                        .map(DeflateBlocks.Found::inflated)
                        .hasValue(expected.get().bytes());
                assertThat(found)
                        .map(each -> (each.end() + 7) / 8)
                        .hasValue(expected.get().consumed());
            }
        }
        assertThat(taken).isPositive();
    }

    private Optional<DeflateBlocks.Found> walk(byte[] deflated) {
        try {
            return Optional.of(blocks.walk(ByteBuffer.wrap(deflated)));
        } catch (ZipException e) {
            return Optional.empty();
        }
    }

    /** Text, noise, or long repetitions, and often a mixture. */
    static byte[] content(Random random, int length) {
        byte[] content = new byte[length];
        int at = 0;
        while (at < length) {
            byte[] next = switch (random.nextInt(4)) {
                case 0 -> Samples.noise(random, random.nextInt(5_000));
                case 1 -> new byte[random.nextInt(40_000)];
                default -> Samples.text(random.nextLong(), random.nextInt(30_000));
            };
            int copied = Math.min(next.length, length - at);
            System.arraycopy(next, 0, content, at, copied);
            at += copied;
        }
        return content;
    }

    /** In pieces that are sometimes flushed, which creates empty blocks and blocks that end on a byte boundary. */
    private static byte[] deflate(byte[] content, int level, int strategy, Random random) {
        Deflater deflater = new Deflater(level, true);
        deflater.setStrategy(strategy);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[70_000];
        int flushed = content.length == 0 || random.nextBoolean() ? 0 : random.nextInt(content.length);
        if (flushed > 0) {
            deflater.setInput(content, 0, flushed);
            int flush = random.nextBoolean() ? Deflater.SYNC_FLUSH : Deflater.FULL_FLUSH;
            int made;
            do { // The first call after a change of strategy may return nothing.
                made = deflater.deflate(buffer, 0, buffer.length, flush);
                out.write(buffer, 0, made);
            } while (made > 0 || !deflater.needsInput());
        }
        byte[] rest = finish(deflater, Arrays.copyOfRange(content, flushed, content.length));
        return Samples.joined(out.toByteArray(), rest);
    }

    private static byte[] finish(Deflater deflater, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[70_000];
        deflater.setInput(content);
        deflater.finish();
        while (!deflater.finished()) {
            out.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        return out.toByteArray();
    }

    private static byte[] shuffled(byte[] bytes) {
        Random random = new Random(1);
        for (int i = bytes.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            byte swapped = bytes[i];
            bytes[i] = bytes[j];
            bytes[j] = swapped;
        }
        return bytes;
    }

    private record Inflated(long bytes, long consumed, boolean finished) {}

    /** The inflater's output; empty if it refused the input. */
    private static Optional<Inflated> inflate(byte[] deflated) {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(deflated);
            byte[] buffer = new byte[70_000];
            int made;
            do {
                made = inflater.inflate(buffer);
            } while (made > 0);
            return Optional.of(new Inflated(inflater.getBytesWritten(), inflater.getBytesRead(), inflater.finished()));
        } catch (DataFormatException e) {
            return Optional.empty();
        } finally {
            inflater.end();
        }
    }
}
