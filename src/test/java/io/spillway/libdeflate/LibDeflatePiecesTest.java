package io.spillway.libdeflate;

import static io.spillway.compress.Samples.compress;
import static io.spillway.compress.Samples.compressInCuts;
import static io.spillway.compress.Samples.decompress;
import static io.spillway.compress.Samples.joined;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spillway.compress.Compression;
import io.spillway.compress.Samples;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The output of libdeflate for more than one piece. {@link LibDeflateTest} runs this on a Java that can call it. */
@Timeout(120)
class LibDeflatePiecesTest {
    private LibDeflate library;

    @BeforeEach
    void findTheLibrary() {
        assumeTrue(LibDeflate.find().isPresent(), "libdeflate is not installed, or this Java cannot call it");
        library = LibDeflate.find().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
    void everyLevelIsReadBack(int level) throws IOException {
        byte[] content = joined(Samples.text(level, 2_500_000), Samples.noise(new Random(level), 1_200_000));
        Compression gzip = Compression.parse("gzip", level);
        byte[] member = compress(gzip, content);
        assertThat(decompress(gzip, member)).isEqualTo(content);
        assertThat(readByJdk(member)).isEqualTo(content);
    }

    static Stream<Long> seeds() {
        return LongStream.rangeClosed(1, 40).boxed();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void anyContentIsReadBackFromPiecesOfAnySize(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] content = DeflateBlocksTest.content(random, random.nextInt(600_000));
        int level = 1 + random.nextInt(9);
        int pieceBytes = 1 + random.nextInt(random.nextBoolean() ? 500 : 200_000);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream stream = new GzipMember(out, level, library.deflater(level, pieceBytes))) {
            stream.write(content);
        }
        assertThat(readByJdk(out.toByteArray())).isEqualTo(content);
    }

    @Test
    void severalPiecesAreTheSameHoweverTheyAreWritten() throws IOException {
        byte[] content = Samples.text(3, 3_700_000);
        Compression gzip = Compression.parse("gzip", null);
        byte[] expected = compress(gzip, content);
        assertThat(compressInCuts(gzip, content, new Random(3))).isEqualTo(expected);
        assertThat(compressInCuts(gzip, content, new Random(4))).isEqualTo(expected);
    }

    @Test
    void aFreedCompressorIsNotCalled() {
        PieceDeflater deflater = library.deflater(6);
        deflater.close();
        deflater.close();
        assertThatIllegalStateException().isThrownBy(deflater::deflate).withMessage("the compressor is freed");
    }

    /** If three hundred streams kept their memory, they would hold more than a gigabyte. */
    @Test
    void closingAStreamFreesItsMemoryOutsideTheHeap() throws IOException {
        Path status = Path.of("/proc/self/status");
        assumeTrue(Files.isReadable(status), "this system does not show the memory of a process");
        long before = residentKibibytes(status);
        Compression gzip = Compression.parse("gzip", null);
        for (int i = 0; i < 300; i++) {
            try (OutputStream stream = gzip.compress(OutputStream.nullOutputStream())) {
                stream.write(i);
            }
        }
        assertThat(residentKibibytes(status) - before).isLessThan(200 * 1024);
    }

    private static long residentKibibytes(Path status) throws IOException {
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    private static byte[] readByJdk(byte[] member) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(member))) {
            return in.readAllBytes();
        }
    }
}
