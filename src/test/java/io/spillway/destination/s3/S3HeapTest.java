package io.spillway.destination.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.destination.ObjectKey;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
@Tag("slow")
class S3HeapTest {
    private static final long BYTES = Long.getLong("spillway.s3.heap-test-bytes", 300L << 20);
    private static final String HEAP = System.getProperty("spillway.s3.heap-test-heap", "64m");

    @TempDir
    private Path folder;

    @Test
    void aFileOfSeveralTimesTheHeapIsStored() throws Exception {
        Path file = folder.resolve("part");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(BYTES);
        }
        ObjectKey key = new ObjectKey("journals/2026-11-21T030000Z/part.gz");
        try (S3Server server = S3Server.in(Files.createDirectory(folder.resolve("objects")))) {
            Path output = folder.resolve("output");
            Process process = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx" + HEAP,
                            "-cp",
                            System.getProperty("java.class.path"),
                            HeapProbe.class.getName(),
                            server.endpoint().toString(),
                            file.toString(),
                            key.value()))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                assertThat(process.waitFor(250, TimeUnit.SECONDS)).isTrue();
            } finally {
                process.destroyForcibly();
            }
            assertThat(process.exitValue()).as(Files.readString(output)).isZero();
            assertThat(server.client()
                            .headObject(
                                    request -> request.bucket(S3Server.BUCKET).key("public/" + key))
                            .contentLength())
                    .isEqualTo(BYTES);
        }
    }
}
