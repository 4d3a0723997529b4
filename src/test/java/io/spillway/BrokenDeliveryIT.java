package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.destination.Destination;
import io.spillway.destination.s3.S3FaultProxy.Fault;
import io.spillway.destination.s3.S3FaultProxy.Kind;
import io.spillway.destination.s3.S3Server;
import io.spillway.manifest.Manifest;
import io.spillway.support.CommandRun;
import io.spillway.support.Dump;
import io.spillway.support.Program;
import io.spillway.support.Stores;
import io.spillway.support.TestCluster;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program is killed or stopped while a piece of a dump is being sent to a bucket. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class BrokenDeliveryIT {
    /** Random digits, which compress to 12 MB: three pieces of 5 MiB. */
    private static final int DOCUMENTS = 12_000;

    private static final int PIECES = 3;

    private static String index;

    @TempDir
    private Path folder;

    private final CountDownLatch reached = new CountDownLatch(1);
    private Stores stores;
    private String schedule;

    @BeforeAll
    static void fill() throws Exception {
        TestCluster cluster = TestCluster.shared();
        index = cluster.newIndex(
                "{\"settings\":{\"number_of_shards\":1,\"number_of_replicas\":0},\"mappings\":{\"properties\":{"
                        + "\"text\":{\"type\":\"keyword\",\"index\":false,\"doc_values\":false}}}}");
        SplittableRandom random = new SplittableRandom(20_261_122);
        byte[] digits = new byte[1_000];
        cluster.load(
                index,
                () -> IntStream.range(0, DOCUMENTS)
                        .mapToObj(n -> {
                            random.nextBytes(digits);
                            return "{\"text\":\"" + HexFormat.of().formatHex(digits) + "\"}";
                        })
                        .iterator());
    }

    /** The second piece is held back until the proxy is closed. */
    @BeforeEach
    void start() throws Exception {
        stores = new Stores(folder);
        AtomicInteger pieces = new AtomicInteger();
        stores.proxy().disturb((kind, number) -> {
            if (kind == Kind.PIECE && pieces.incrementAndGet() == 2) {
                reached.countDown();
                return Fault.HELD;
            }
            return null;
        });
        String bucket = stores.toBucket(
                S3Server.BUCKET, stores.proxy().endpoint(), S3Server.SECRET_KEY, ", piece-bytes: 5MiB, requests: 1");
        schedule = stores.schedule(TestCluster.shared().url(), index, stores.toDirectory(), bucket)
                .toString();
    }

    @AfterEach
    void stop() throws Exception {
        stores.close();
    }

    @Test
    void afterAKillTheSameCommandSendsOnlyWhatIsMissing() throws Exception {
        int before;
        try (Program program = Program.start(folder, Map.of(), "export", schedule)) {
            awaitTheDumpInTheDirectory(program);
            program.kill();
            before = objects();
            assertThat(stores.server().unfinishedUploads()).isEqualTo(1);
            assertThat(stores.dumpsInBucket()).isEmpty();
        }
        stores.proxy().disturb((kind, number) -> null);

        try (Program again = Program.start(folder, Map.of(), "export", schedule)) {
            assertThat(again.exitCode()).as(again.output()).isZero();
        }

        List<String> dumps = stores.dumpsInBucket();
        assertThat(dumps).hasSize(2);
        Manifest first = Stores.verify(stores.openBucket(), dumps.get(0));
        assertThat(first).isEqualTo(Stores.verify(stores.openDirectory(), dumps.get(0)));
        Stores.verify(stores.openBucket(), dumps.get(1));
        assertThat(stores.server().unfinishedUploads()).isZero();
        // The missing files of the first dump: all pieces but one, and the other files except those that were stored.
        // Then the second dump, and the files that point at dumps, once.
        assertThat(Collections.frequency(stores.proxy().seen(), Kind.PIECE)).isEqualTo(PIECES - 1 + PIECES);
        int others = first.parts().size() + first.files().size();
        // The record of own files is written again before each group of files that it names.
        int expected = others - before + others + pointers(dumps);
        assertThat(Collections.frequency(stores.proxy().seen(), Kind.PUT)).isBetween(expected, expected + 4);
    }

    @Test
    void aSignalStopsTheProgramWhileTheStoreHangsAndResumeSendsTheRest() throws Exception {
        try (Program program = Program.start(folder, Map.of(), "export", schedule)) {
            awaitTheDumpInTheDirectory(program);
            program.terminate();
            // The program's own limit is 30 seconds. After that it would be halted with the same code and a message.
            assertThat(program.exitCode()).as(program.output()).isEqualTo(130);
            assertThat(program.output()).contains("export --resume").doesNotContain("did not stop within");
        }
        Path published = Dump.only(stores.directory(), Stores.DATASET).folder();
        assertThat(CommandRun.verify(published).exitCode()).isZero();
        assertThat(stores.dumpsInBucket()).isEmpty();
        stores.proxy().disturb((kind, number) -> null);

        CommandRun resumed = CommandRun.of("export", "--resume", schedule);

        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        Stores.verify(stores.openBucket(), stores.dumpsInBucket().get(0));
        assertThat(stores.server().unfinishedUploads()).isZero();
    }

    /** Waits until the second piece is held back, and until the dump is in the directory, which does not wait for the bucket. */
    private void awaitTheDumpInTheDirectory(Program program) throws Exception {
        reached.await();
        Path dumps = stores.directory().resolve(Stores.DATASET);
        while (!isAnyIn(dumps)) {
            assertThat(program.isAlive()).as("the program runs").isTrue();
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private static boolean isAnyIn(Path dumps) throws IOException {
        if (!Files.isDirectory(dumps)) {
            return false;
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(dumps, "2*Z")) {
            return found.iterator().hasNext();
        }
    }

    /** Files that belong to no dump: status, links, pages, feeds. */
    private int pointers(List<String> dumps) throws Exception {
        try (Destination bucket = stores.openBucket()) {
            return (int) bucket.list("").stream()
                    .filter(object -> dumps.stream().noneMatch(object.key().value()::contains))
                    .count();
        }
    }

    private int objects() throws Exception {
        try (Destination bucket = stores.openBucket()) {
            return bucket.list(Stores.DATASET + "/").size();
        }
    }
}
