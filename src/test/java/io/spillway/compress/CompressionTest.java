package io.spillway.compress;

import static io.spillway.compress.Samples.compress;
import static io.spillway.compress.Samples.compressInCuts;
import static io.spillway.compress.Samples.decompress;
import static io.spillway.compress.Samples.noise;
import static io.spillway.compress.Samples.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.spillway.compress.Compression.Codec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

public class CompressionTest {
    private static final Compression GZIP = Compression.parse("gzip", null);
    private static final Compression NONE = Compression.parse("none", null);

    @ParameterizedTest
    @CsvSource({
        "gzip,  GZIP,  6, gz",
        "zstd,  ZSTD,  3, zst",
        "xz,    XZ,    6, xz",
        "bzip2, BZIP2, 9, bz2",
        "none,  NONE,  0, ''",
    })
    void nameDefaultLevelAndExtensionMatchTheUsualTools(String word, Codec codec, int level, String extension) {
        Compression compression = Compression.parse(word, null);
        assertThat(compression).isEqualTo(new Compression(codec, level, 0));
        assertThat(compression.name()).isEqualTo(word);
        assertThat(compression.extension()).isEqualTo(extension);
    }

    @Test
    void anUnknownNameIsRefusedWithTheListOfKnownOnes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Compression.parse("rar", null))
                .withMessage("unknown compression \"rar\"; supported: gzip, zstd, xz, bzip2, none");
    }

    @ParameterizedTest
    @CsvSource({"gzip, 1", "gzip, 9", "zstd, 1", "zstd, 19", "xz, 0", "xz, 9", "bzip2, 1", "bzip2, 9"})
    void aLevelInRangeIsAccepted(String word, int level) {
        assertThat(Compression.parse(word, level).level()).isEqualTo(level);
    }

    @ParameterizedTest
    @CsvSource({
        "gzip,  -1, 1 to 9",
        "gzip,   0, 1 to 9",
        "gzip,  10, 1 to 9",
        "zstd,   0, 1 to 19",
        "zstd,  20, 1 to 19",
        "xz,    -1, 0 to 9",
        "xz,    10, 0 to 9",
        "bzip2,  0, 1 to 9",
        "bzip2, 10, 1 to 9",
    })
    void aLevelOutOfRangeIsRefused(String word, int level, String range) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Compression.parse(word, level))
                .withMessage("compression \"%s\" has levels %s, not %d", word, range, level);
    }

    @Test
    void noneAcceptsNoLevel() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Compression.parse("none", 1))
                .withMessage("compression \"none\" has no levels, got 1");
    }

    @Test
    void zstdAcceptsWorkers() {
        assertThat(Compression.parse("zstd", 5).withWorkers(64)).isEqualTo(new Compression(Codec.ZSTD, 5, 64));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65})
    void workersOutOfRangeAreRefused(int workers) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Compression.parse("zstd", null).withWorkers(workers))
                .withMessage("compression \"zstd\" supports 0 to 64 workers, not " + workers);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "xz", "bzip2", "none"})
    void onlyZstdAcceptsWorkers(String word) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Compression.parse(word, null).withWorkers(2))
                .withMessage("compression \"%s\" does not support workers, got 2", word);
    }

    @Test
    void noneLeavesTheBytesUnchanged() throws IOException {
        byte[] content = text(1, 10_000);
        assertThat(compress(NONE, content)).isEqualTo(content);
        assertThat(decompress(NONE, content)).isEqualTo(content);
    }

    @Test
    void theGzipHeaderHasNoTimeNoNameAndNoSystem() throws IOException {
        byte[] header = Arrays.copyOf(compress(GZIP, text(1, 1_000)), 10);
        assertThat(HexFormat.of().formatHex(header)).isEqualTo("1f8b08000000000000ff");
    }

    /** Magic number, then a descriptor: a checksum, no content size, no dictionary. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void theZstdHeaderDeclaresAChecksum(int workers) throws IOException {
        byte[] header =
                Arrays.copyOf(compress(Compression.parse("zstd", null).withWorkers(workers), text(1, 1_000)), 5);
        assertThat(HexFormat.of().formatHex(header)).isEqualTo("28b52ffd04");
    }

    /** The last byte before the header's own checksum is the type of the data's checksum: 4 is CRC64. */
    @Test
    void theXzHeaderDeclaresCrc64() throws IOException {
        byte[] header = Arrays.copyOf(compress(Compression.parse("xz", null), text(1, 1_000)), 8);
        assertThat(HexFormat.of().formatHex(header)).isEqualTo("fd377a585a000004");
    }

    @Test
    void theBzip2HeaderDeclaresItsBlockSize() throws IOException {
        assertThat(compress(Compression.parse("bzip2", null), text(1, 1_000))).startsWith('B', 'Z', 'h', '9');
        assertThat(compress(Compression.parse("bzip2", 2), text(1, 1_000))).startsWith('B', 'Z', 'h', '2');
    }

    @ParameterizedTest
    @CsvSource({"gzip, 1, 9", "zstd, 1, 12", "xz, 0, 4", "bzip2, 1, 9"})
    void aHigherLevelCompressesBetter(String word, int low, int high) throws IOException {
        byte[] content = text(2, 500_000);
        assertThat(compress(Compression.parse(word, high), content).length)
                .isLessThan(compress(Compression.parse(word, low), content).length);
    }

    @ParameterizedTest
    @MethodSource("io.spillway.compress.Samples#usual")
    void theSameInputGivesTheSameBytesHoweverItIsWritten(Compression compression) throws IOException {
        byte[] content = text(3, 700_000);
        byte[] expected = compress(compression, content);
        assertThat(compress(compression, content)).isEqualTo(expected);
        assertThat(compressInCuts(compression, content, new Random(3))).isEqualTo(expected);
        assertThat(compressInCuts(compression, content, new Random(4))).isEqualTo(expected);
    }

    /** Level 1 splits its input into jobs of two megabytes, so there are several. */
    @Test
    void anyNumberOfWorkersGivesTheSameBytes() throws IOException {
        byte[] content = text(3, 9_000_000);
        Compression zstd = Compression.parse("zstd", 1);
        byte[] expected = compress(zstd.withWorkers(1), content);
        assertThat(compress(zstd.withWorkers(2), content)).isEqualTo(expected);
        assertThat(compress(zstd.withWorkers(4), content)).isEqualTo(expected);
        assertThat(compressInCuts(zstd.withWorkers(2), content, new Random(5))).isEqualTo(expected);
        assertThat(decompress(zstd, expected)).isEqualTo(content);
    }

    @ParameterizedTest
    @MethodSource("io.spillway.compress.Samples#usual")
    void anEmptyInputGivesAWholeFile(Compression compression) throws IOException {
        byte[] compressed = compress(compression, new byte[0]);
        assertThat(compressed).isNotEmpty();
        assertThat(decompress(compression, compressed)).isEmpty();
    }

    static Stream<Long> seeds() {
        return IntStream.rangeClosed(1, 32).mapToObj(Long::valueOf);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void compressedContentIsReadBack(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] content =
                random.nextBoolean() ? text(seed, random.nextInt(300_000)) : noise(random, random.nextInt(300_000));
        List<Codec> codecs = List.of(Codec.values());
        Codec codec = codecs.get(random.nextInt(codecs.size()));
        // The highest levels of xz need more heap than a test should use.
        int highest = codec == Codec.XZ ? 4 : codec.maxLevel();
        int level = codec.minLevel() + random.nextInt(highest - codec.minLevel() + 1);
        Compression compression = new Compression(codec, level, codec == Codec.ZSTD ? random.nextInt(4) : 0);
        byte[] compressed = compressInCuts(compression, content, random);
        assertThat(decompress(compression, compressed)).as("%s", compression).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 6, 9})
    void theJdkReadsWhatGzipWrites(int level) throws IOException {
        byte[] content = text(level, 200_000);
        byte[] compressed = compress(Compression.parse("gzip", level), content);
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            assertThat(in.readAllBytes()).isEqualTo(content);
        }
    }

    /**
     * A heap that is planned with these numbers must be large enough. Only bzip2 creates garbage, so one block is
     * enough.
     */
    @ParameterizedTest
    @CsvSource({"gzip, 6", "zstd, 3", "zstd, 19", "xz, 0", "xz, 1", "xz, 3", "bzip2, 1", "bzip2, 9", "none, 0"})
    void aStreamUsesNoMoreHeapThanItDeclares(String word, int level) throws IOException {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean,
                "this JVM does not count what a thread allocates");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] content = text(level, 90_000);
        Compression compression = Compression.parse(word, level);
        compress(compression, new byte[1]); // Loading its classes is not measured.
        long before = threads.getCurrentThreadAllocatedBytes();
        try (OutputStream out = compression.compress(OutputStream.nullOutputStream())) {
            out.write(content);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .isLessThanOrEqualTo(compression.heapBytes() + 1_000);
    }

    @ParameterizedTest
    @CsvSource({"xz, 6, 94", "xz, 9, 674", "bzip2, 9, 8"})
    void theHeapOfTheLargestLevelsIsKnown(String word, int level, long mebibytes) {
        assertThat(Compression.parse(word, level).heapBytes() >> 20).isBetween(mebibytes - 1, mebibytes + 1);
    }
}
