package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.destination.s3.S3Server;
import io.spillway.manifest.Manifest;
import io.spillway.pipeline.PartLimits;
import io.spillway.support.SmallDisk;
import io.spillway.support.SyntheticSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An export into a bucket as home needs room for a few parts. {@code -Dspillway.bucket-home.mb=10000} exports 10 GB instead of 12 MB,
 * through 2 GB; the store keeps them on disk, twice for a moment.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
@Tag("slow")
class BucketHomeDiskTest {
    private static final long BYTES = Long.getLong("spillway.bucket-home.mb", 12) * 1_000_000;
    private static final long DISK = BYTES / 5;
    private static final long PART = BYTES / 60;

    /** Length of the text of a document. */
    private static final int LETTERS = 50_000;

    @TempDir
    private Path folder;

    private Path work;
    private S3Server store;

    @BeforeEach
    void start() throws Exception {
        work = Files.createDirectory(folder.resolve("work"));
        store = S3Server.in(Files.createDirectory(folder.resolve("objects")));
    }

    @AfterEach
    void stop() throws Exception {
        store.close();
    }

    /** Few documents, many times. */
    private static SyntheticSource source() {
        Random random = new Random(3);
        List<byte[]> few = IntStream.range(0, 20)
                .mapToObj(i -> {
                    StringBuilder text = new StringBuilder("{\"id\":").append(i).append(",\"text\":\"");
                    random.ints(LETTERS, '0', '[').forEach(letter -> text.append((char) letter));
                    return text.append("\"}").toString().getBytes(StandardCharsets.UTF_8);
                })
                .toList();
        return SyntheticSource.ofBytes(IntStream.range(0, Math.toIntExact(BYTES / LETTERS))
                        .mapToObj(i -> few.get(i % few.size()))
                        .toList())
                .slices(4)
                .lanes(2)
                .pageSize(4);
    }

    private static long bytes(Path below) {
        try (Stream<Path> files = Files.walk(below)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> {
                        try {
                            return Files.size(file);
                        } catch (IOException gone) {
                            return 0;
                        }
                    })
                    .sum();
        } catch (IOException | UncheckedIOException changed) {
            return 0;
        }
    }

    /** Exports, and looks at the work folder all the time. */
    private long mostBytesOnDisk() throws Exception {
        BucketMachine machine = new BucketMachine(work, store.endpoint());
        machine.formats = List.of(SyntheticExport.jsonLines("none"));
        machine.limits = new PartLimits(1_000_000, PART);
        AtomicLong largest = new AtomicLong();
        CountDownLatch end = new CountDownLatch(1);
        FutureTask<Void> watch = new FutureTask<>(() -> {
            do {
                largest.accumulateAndGet(bytes(work), Math::max);
            } while (!end.await(2, TimeUnit.MILLISECONDS));
            return null;
        });
        new Thread(watch, "watch").start();
        long begun = System.nanoTime();
        Manifest manifest;
        try {
            manifest = machine.export(source()).manifest();
        } finally {
            end.countDown();
            watch.get();
        }
        assertThat(manifest.bytes()).isGreaterThan(BYTES);
        assertThat(store.unfinishedUploads()).isZero();
        System.out.printf(
                "a dump of %,d bytes in %d parts: at most %,d bytes on disk, %d s, all in a heap of %,d bytes%n",
                manifest.bytes(),
                manifest.parts().size(),
                largest.get(),
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun),
                Runtime.getRuntime().maxMemory());
        return largest.get();
    }

    @Test
    void aDumpIsMadeThroughADiskOfAFifthOfIt() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(work, "size=" + DISK)) {
            assertThat(disk.root()).isEmptyDirectory();
            // Two lanes with two parts each, a document beyond the limit, and the files beside the parts.
            assertThat(mostBytesOnDisk()).isBetween(PART, 4 * (PART + LETTERS + 200) + 1_000_000);
        }
    }

    /** The same where no file system can be mounted. */
    @Test
    void theDiskHoldsAFewPartsAndNotTheDump() throws Exception {
        assertThat(mostBytesOnDisk()).isBetween(PART, 4 * (PART + LETTERS + 200) + 1_000_000);
    }
}
