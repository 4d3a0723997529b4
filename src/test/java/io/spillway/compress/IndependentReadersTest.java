package io.spillway.compress;

import static io.spillway.compress.Samples.compress;
import static io.spillway.compress.Samples.joined;
import static io.spillway.compress.Samples.noise;
import static io.spillway.compress.Samples.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The common tools read what is written here, from a file and from the network. */
@Timeout(120)
public class IndependentReadersTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "gzip, 1, 0",
        "gzip, 6, 0",
        "gzip, 9, 0",
        "zstd, 1, 0",
        "zstd, 3, 0",
        "zstd, 3, 2",
        "zstd, 19, 0",
        "xz, 0, 0",
        "xz, 6, 0",
        "bzip2, 1, 0",
        "bzip2, 9, 0",
    })
    void theTypicalToolReadsTheFile(String word, int level, int workers) throws Exception {
        Compression compression = Compression.parse(word, level).withWorkers(workers);
        byte[] content = joined(text(level, 400_000), noise(new Random(level), 200_000));
        Path file = file(compression, content);
        run(word, "-t", file.toString());
        assertThat(Files.readAllBytes(run(word, "-dc", file.toString()))).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd", "xz", "bzip2"})
    void theTypicalToolReadsAnEmptyFile(String word) throws Exception {
        Path file = file(Compression.parse(word, null), new byte[0]);
        run(word, "-t", file.toString());
        assertThat(run(word, "-dc", file.toString())).isEmptyFile();
    }

    @Test
    void xzCountsOneStreamWithCrc64() throws Exception {
        Path file = file(Compression.parse("xz", null), text(1, 300_000));
        String totals = Files.readAllLines(run("xz", "--robot", "--list", file.toString()))
                .get(2);
        assertThat(totals.split("\t", -1)).startsWith("totals", "1", "1").contains("300000", "CRC64");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void zstdCountsOneFrameWithAChecksum(int workers) throws Exception {
        Path file = file(Compression.parse("zstd", 1).withWorkers(workers), text(1, 5_000_000));
        assertThat(run("zstd", "-lv", file.toString()))
                .content()
                .containsPattern("Zstandard Frames: 1\n")
                .contains("XXH64");
    }

    /**
     * The JDK's reader uses available() to decide whether another member follows, which is not reliable on a socket.
     */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void theJdkReadsGzipWholeFromASocket(long seed) throws Exception {
        Random random = new Random(seed);
        byte[] content = text(seed, 20_000 + random.nextInt(300_000));
        byte[] compressed = compress(Compression.parse("gzip", 1 + random.nextInt(9)), content);
        byte[] read = overSocket(compressed, random, in -> {
            try (GZIPInputStream gzip = new GZIPInputStream(in)) {
                return gzip.readAllBytes();
            }
        });
        assertThat(read).isEqualTo(content);
    }

    @ParameterizedTest
    @MethodSource("io.spillway.compress.Samples#usual")
    void contentFromASocketIsReadWhole(Compression compression) throws Exception {
        byte[] content = text(9, 250_000);
        byte[] read = overSocket(compress(compression, content), new Random(9), in -> {
            try (InputStream decompressed = compression.decompress(in)) {
                return decompressed.readAllBytes();
            }
        });
        assertThat(read).isEqualTo(content);
    }

    private interface Reading {
        byte[] of(InputStream in) throws IOException;
    }

    /**
     * Sends the bytes in seeded pieces, with a cut before each of the last ten bytes, and closes the connection. A
     * piece is sent only when the reader has consumed all before it, so nothing is available at each cut.
     */
    private static byte[] overSocket(byte[] bytes, Random random, Reading reading) throws Exception {
        ExecutorService sender = Executors.newSingleThreadExecutor();
        Semaphore wanted = new Semaphore(0);
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Future<?> sent = sender.submit(() -> {
                try (Socket socket = server.accept()) {
                    socket.setTcpNoDelay(true);
                    OutputStream out = socket.getOutputStream();
                    int at = 0;
                    while (at < bytes.length) {
                        wanted.acquire();
                        int left = bytes.length - at;
                        int length = left <= 10 ? 1 : Math.min(1 + random.nextInt(5_000), left - 10);
                        out.write(bytes, at, length);
                        at += length;
                    }
                }
                return null;
            });
            byte[] read;
            try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
                    InputStream in = new Asking(socket.getInputStream(), wanted)) {
                read = reading.of(in);
            }
            sent.get();
            return read;
        } finally {
            sender.shutdownNow();
        }
    }

    /** Requests one more piece before each read that would block. */
    private static final class Asking extends FilterInputStream {
        private final Semaphore wanted;

        Asking(InputStream in, Semaphore wanted) {
            super(in);
            this.wanted = wanted;
        }

        @Override
        public int read() throws IOException {
            ask();
            return super.read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            ask();
            return super.read(buffer, offset, length);
        }

        private void ask() throws IOException {
            if (in.available() == 0) {
                wanted.release();
            }
        }
    }

    private Path file(Compression compression, byte[] content) throws IOException {
        return Files.write(folder.resolve("part.jsonl." + compression.extension()), compress(compression, content));
    }

    /** The command's stdout. Skips the test if there is no such command, and fails it if the command fails. */
    private Path run(String... command) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        Process process;
        try {
            process = new ProcessBuilder(new ArrayList<>(List.of(command)))
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
        } catch (IOException e) {
            return abort("there is no " + command[0] + " command here: " + e.getMessage());
        }
        assertThat(process.waitFor())
                .as(() -> String.join(" ", command) + ": " + textOf(errors))
                .isZero();
        return output;
    }

    private static String textOf(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
