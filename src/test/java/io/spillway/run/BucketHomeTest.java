package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.config.Percent;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3FaultProxy;
import io.spillway.destination.s3.S3FaultProxy.Kind;
import io.spillway.destination.s3.S3Server;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.publish.Gate;
import io.spillway.support.FaultySource;
import io.spillway.support.SyntheticSource;
import io.spillway.verify.DumpCheck;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Exports whose home is a bucket, on a real S3 server: what is in the bucket and on the disk afterwards and meanwhile. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@Tag("slow")
class BucketHomeTest {
    private static final String FIRST = "journals/2026-11-21T030000Z";

    /** How many of the points between two requests are tried by default; 0 for all. */
    private static final int POINTS = Integer.getInteger("spillway.bucket-home.points", 6);

    @TempDir
    private Path folder;

    private S3Server store;

    @BeforeEach
    void start() throws Exception {
        store = S3Server.inMemory();
    }

    @AfterEach
    void stop() throws Exception {
        store.close();
    }

    private BucketMachine machine(String name) {
        return new BucketMachine(folder.resolve(name), store.endpoint());
    }

    private static SyntheticSource source(int documents) {
        return SyntheticSource.seeded(7, documents).slices(3).lanes(2).pageSize(5);
    }

    /** A source whose snapshot is of so many hours later. */
    private static SyntheticSource later(int documents, int hours) {
        return source(documents).takenAt(SyntheticSource.TAKEN_AT.plus(Duration.ofHours(hours)));
    }

    private S3Bucket bucket() throws SpillwayException {
        return S3Bucket.open(store.options());
    }

    private Manifest verify(String dump) throws Exception {
        try (S3Bucket bucket = bucket()) {
            return DumpCheck.check(bucket, new ObjectKey(dump));
        }
    }

    private List<String> objects() throws Exception {
        try (S3Bucket bucket = bucket()) {
            return bucket.list("").stream().map(each -> each.key().value()).toList();
        }
    }

    /** The dumps of which there is any file. */
    private List<String> dumps() throws Exception {
        return objects().stream()
                .filter(key -> key.split("/", -1).length == 3)
                .map(key -> key.substring(0, key.lastIndexOf('/')))
                .distinct()
                .toList();
    }

    @Test
    void aDumpIsPublishedInTheBucketAndNothingElseIsLeft() throws Exception {
        Manifest manifest = machine("a").export(source(200)).manifest();
        assertThat(verify(FIRST)).isEqualTo(manifest);
        assertThat(manifest.parts())
                .hasSizeGreaterThan(8)
                .allMatch(part -> part.name().matches("journals-2026-11-21T030000Z\\.000[012]-000..\\.jsonl\\.gz"));
        assertThat(store.unfinishedUploads()).isZero();
        assertThat(objects())
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                Stream.of("journals/.spillway.lease"),
                                Stream.concat(
                                        manifest.parts().stream().map(part -> FIRST + "/" + part.name()),
                                        Stream.of(
                                                FIRST + "/CITATION.cff",
                                                FIRST + "/README.md",
                                                FIRST + "/SHA256SUMS",
                                                FIRST + "/croissant.json",
                                                FIRST + "/datapackage.json",
                                                FIRST + "/index.html",
                                                FIRST + "/journals.meta4",
                                                FIRST + "/manifest.json",
                                                FIRST + "/run.json",
                                                FIRST + "/sample.jsonl",
                                                FIRST + "/schema.json",
                                                FIRST + "/urls.txt")))
                        .toList());
        assertThat(SyntheticExport.tree(folder.resolve("a")))
                .containsExactly("journals", "journals/.spillway.lock", "journals/.spillway.memory.json");
    }

    @Test
    void thePartsAreThoseOfAnExportIntoADirectory() throws Exception {
        Manifest inBucket = machine("a").export(source(200)).manifest();
        Manifest inDirectory = new SyntheticExport(folder.resolve("directory"), source(200))
                .limits(20, 1L << 40)
                .bySlice()
                .run()
                .manifest();
        assertThat(inBucket.parts()).isEqualTo(inDirectory.parts());
    }

    @Test
    void anEmptyDumpHasItsPart() throws Exception {
        BucketMachine machine = machine("a");
        machine.allowEmpty = true;
        machine.formats = List.of(SyntheticExport.jsonLines("none"));
        assertThat(machine.export(source(0)).manifest().parts())
                .extracting(Part::name)
                .containsExactly("journals-2026-11-21T030000Z.0000-00001.jsonl");
        assertThat(verify(FIRST).documents()).isZero();
    }

    @Test
    void aFreshMachineComparesWithTheDumpInTheBucket() throws Exception {
        machine("a").export(source(200));
        SpillwayException refused =
                catchThrowableOfType(SpillwayException.class, () -> machine("b").export(later(20, 1)));
        assertThat(refused.fault()).isEqualTo(Fault.GATE);
        assertThat(machine("c").export(later(200, 2)).manifest().previous().dump())
                .isEqualTo(FIRST);
    }

    @Test
    void aDumpThatTheGateRefusesLeavesNothing() throws Exception {
        machine("a").export(source(200));
        List<String> before = objects();
        BucketMachine machine = machine("a");
        machine.formats = List.of(SyntheticExport.jsonLines("zstd"));
        // The count is that of the dump before; the documents have lost a field, which is known after reading.
        SyntheticSource changed = SyntheticSource.ofBytes(IntStream.range(0, 200)
                        .mapToObj(i -> ("{\"other\":" + i + "}").getBytes(StandardCharsets.UTF_8))
                        .toList())
                .takenAt(SyntheticSource.TAKEN_AT.plus(Duration.ofHours(1)));
        machine.gate = new Gate(new Gate.Rules(Percent.parse("10%"), true, EnumSet.noneOf(Gate.Refusal.class)));
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> machine.export(changed))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.GATE));
        assertThat(objects()).isEqualTo(before);
        assertThat(store.unfinishedUploads()).isZero();
    }

    @Test
    void aLostSnapshotIsReadAgainAndItsUploadsAreEnded() throws Exception {
        Manifest manifest = machine("a")
                .export(new FaultySource(source(100)).losingSnapshots(2))
                .manifest();
        assertThat(verify(FIRST)).isEqualTo(manifest);
        assertThat(store.unfinishedUploads()).isZero();
    }

    /** As a process leaves the lease that was killed after the manifest was complete and before it noted that. */
    @Test
    void filesOfAWithdrawnDumpStayEvenIfTheLeaseStillNamesIt() throws Exception {
        machine("a").export(source(50));
        BucketHome killed = machine("b").open();
        try (Lease lease = killed.take("journals", "killed")) {
            lease.committing(FIRST);
        } finally {
            killed.bucket().close();
            killed.work().close();
        }
        try (S3Bucket bucket = bucket()) {
            bucket.write(new ObjectKey(FIRST + "/withdrawn.json"), "{}".getBytes(StandardCharsets.UTF_8));
            bucket.delete(new ObjectKey(FIRST + "/manifest.json"));
        }
        List<String> files =
                objects().stream().filter(key -> key.startsWith(FIRST + "/")).toList();

        machine("c").export(later(50, 1));

        assertThat(files).hasSizeGreaterThan(3);
        assertThat(objects()).containsAll(files);
    }

    @RepeatedTest(3)
    void anInterruptWhileTheManifestIsCompletedReportsWhatReadersSee() throws Exception {
        try (S3FaultProxy proxy = S3FaultProxy.before(store.endpoint())) {
            requests(new BucketMachine(folder.resolve("count"), proxy.endpoint()), proxy);
            long completions =
                    proxy.seen().stream().filter(kind -> kind == Kind.COMPLETE).count();
            clear();
            Thread exporting = Thread.currentThread();
            AtomicLong seen = new AtomicLong();
            proxy.disturb((kind, number) -> {
                if (kind == Kind.COMPLETE && seen.incrementAndGet() == completions) {
                    exporting.interrupt();
                }
                return null;
            });

            boolean published = survived(new BucketMachine(folder.resolve("interrupted"), proxy.endpoint()));

            assertThat(Thread.interrupted() || !published).isTrue();
            assertThat(seen).hasValueGreaterThanOrEqualTo(completions);
            assertThat(objects().contains(FIRST + "/manifest.json")).isEqualTo(published);
        }
    }

    private static List<Integer> points(int requests, long seed) {
        List<Integer> all = IntStream.rangeClosed(1, requests).boxed().collect(Collectors.toList());
        if (POINTS == 0 || POINTS >= all.size()) {
            return all;
        }
        Collections.shuffle(all, new Random(seed));
        return all.subList(0, POINTS).stream().sorted().toList();
    }

    private int requests(BucketMachine machine, S3FaultProxy proxy) throws Exception {
        proxy.disturb((kind, number) -> null);
        machine.export(source(100));
        return proxy.seen().size();
    }

    private void clear() throws Exception {
        try (S3Bucket bucket = bucket()) {
            for (StoredObject each : bucket.list("")) {
                bucket.delete(each.key());
            }
        }
    }

    /** The store sees a machine that dies as one whose requests end: after the n-th request, none arrives any more. */
    @Test
    void afterADeathBetweenAnyTwoRequestsTheNextRunPublishesOnceAndNothingIsLeft() throws Exception {
        int total;
        try (S3FaultProxy proxy = S3FaultProxy.before(store.endpoint())) {
            total = requests(new BucketMachine(folder.resolve("count"), proxy.endpoint()), proxy);
        }
        for (int point : points(total, 20_261_129)) {
            clear();
            boolean published;
            try (S3FaultProxy proxy = S3FaultProxy.before(store.endpoint())) {
                proxy.disturb((kind, number) -> number > point ? S3FaultProxy.Fault.DROPPED : null);
                BucketMachine dying = new BucketMachine(folder.resolve("dying-" + point), proxy.endpoint());
                published = survived(dying);
            }
            List<String> before = dumps();
            boolean complete = objects().contains(FIRST + "/manifest.json");
            assertThat(complete || !published).as("request %d", point).isTrue();

            Manifest next = machine("next-" + point).export(later(100, 1)).manifest();

            assertThat(dumps())
                    .as("request %d of %d, before: %s", point, total, before)
                    .containsExactlyElementsOf(complete ? List.of(FIRST, next.dump()) : List.of(next.dump()));
            for (String dump : dumps()) {
                assertThat(verify(dump).documents()).isEqualTo(100);
            }
            assertThat(store.unfinishedUploads()).as("request %d", point).isZero();
        }
    }

    private static boolean survived(BucketMachine machine) {
        try {
            machine.export(source(100));
            return true;
        } catch (SpillwayException | InterruptedException died) {
            return false;
        }
    }

    @Test
    void aSecondMachineIsRefusedWhileTheFirstLivesAndTakesOverWhenItIsDead() throws Exception {
        FaultySource blocking = new FaultySource(source(100)).blockingAtPage(5);
        BucketMachine second = machine("b");
        try (S3FaultProxy proxy = S3FaultProxy.before(store.endpoint())) {
            proxy.disturb((kind, number) -> null);
            BucketMachine first = new BucketMachine(folder.resolve("a"), proxy.endpoint());
            FutureTask<Boolean> run = new FutureTask<>(() -> {
                try {
                    first.export(blocking);
                    return true;
                } catch (SpillwayException e) {
                    return false;
                }
            });
            new Thread(run, "first").start();
            blocking.awaitBlocked();

            SpillwayException refused =
                    catchThrowableOfType(SpillwayException.class, () -> second.export(later(100, 1)));
            assertThat(refused.fault()).isEqualTo(Fault.ALREADY_RUNNING);
            assertThat(refused).hasMessageContaining("pid=").hasMessageContaining("journals/.spillway.lease");

            proxy.disturb((kind, number) -> S3FaultProxy.Fault.DROPPED);
            Manifest published = second.export(later(100, 1)).manifest();
            blocking.release();
            assertThat(run.get()).isFalse();
            assertThat(dumps()).containsExactly(published.dump());
        }
        assertThat(store.unfinishedUploads()).isZero();
        assertThat(verify(dumps().get(0)).documents()).isEqualTo(100);
    }

    /** Requests of a stopped process arrive when it goes on: those that it had begun, and those that it makes then. */
    @Test
    void aMachineThatIsStoppedPastItsLeaseChangesNothingWhenItGoesOn() throws Exception {
        int total;
        try (S3FaultProxy proxy = S3FaultProxy.before(store.endpoint())) {
            total = requests(new BucketMachine(folder.resolve("count"), proxy.endpoint()), proxy);
        }
        for (int point : points(total, 20_261_130)) {
            clear();
            CountDownLatch stopped = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            try (S3FaultProxy proxy = S3FaultProxy.before(store.endpoint())) {
                proxy.disturb((kind, number) -> {
                    if (number >= point) {
                        stopped.countDown();
                        await(goOn);
                    }
                    return null;
                });
                BucketMachine zombie = new BucketMachine(folder.resolve("zombie-" + point), proxy.endpoint());
                FutureTask<Boolean> run = new FutureTask<>(() -> survived(zombie));
                new Thread(run, "zombie").start();
                // A run that ends before the point had fewer requests, since renewals come by time.
                while (!stopped.await(5, TimeUnit.MILLISECONDS) && !run.isDone()) {
                    Thread.onSpinWait();
                }
                boolean ended = run.isDone();
                Manifest other = machine("other-" + point).export(later(100, 1)).manifest();
                List<String> after = objects();
                boolean first = after.contains(FIRST + "/manifest.json");
                goOn.countDown();
                boolean survived = run.get();
                assertThat(survived && !first)
                        .as("request %d of %d", point, total)
                        .isFalse();
                assertThat(ended && !survived).isFalse();
                assertThat(objects()).as("request %d of %d", point, total).isEqualTo(after);
                assertThat(dumps())
                        .containsExactlyElementsOf(first ? List.of(FIRST, other.dump()) : List.of(other.dump()));
                for (String dump : dumps()) {
                    assertThat(verify(dump).documents()).isEqualTo(100);
                }
            }
            assertThat(store.unfinishedUploads())
                    .as("request %d of %d", point, total)
                    .isZero();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Each fault once at each request: the export succeeds, or nothing of it is left. */
    @Test
    void aFaultOfTheStoreIsSurvivedOrLeavesNothing() throws Exception {
        int total;
        try (S3FaultProxy proxy = S3FaultProxy.before(store.endpoint())) {
            total = requests(new BucketMachine(folder.resolve("count"), proxy.endpoint()), proxy);
        }
        List<S3FaultProxy.Fault> faults = List.of(
                S3FaultProxy.Fault.DROPPED,
                S3FaultProxy.Fault.CUT,
                S3FaultProxy.Fault.ANSWER_LOST,
                S3FaultProxy.Fault.SLOW_DOWN,
                S3FaultProxy.Fault.INTERNAL_ERROR,
                S3FaultProxy.Fault.ERROR_IN_200);
        int n = 0;
        for (int point : points(total, 20_261_131)) {
            clear();
            S3FaultProxy.Fault fault = faults.get(n++ % faults.size());
            try (S3FaultProxy proxy = S3FaultProxy.before(store.endpoint())) {
                List<Kind> struck = new ArrayList<>();
                proxy.disturb((kind, number) -> {
                    if (number == point && kind != Kind.HEAD) {
                        struck.add(kind);
                        return fault;
                    }
                    return null;
                });
                BucketMachine machine = new BucketMachine(folder.resolve("faulty-" + point), proxy.endpoint());
                machine.period = Duration.ofSeconds(30);
                boolean published = survived(machine);
                assertThat(dumps())
                        .as("%s at request %d, %s", fault, point, struck)
                        .isEqualTo(published ? List.of(FIRST) : List.of());
                if (published) {
                    assertThat(verify(FIRST).documents()).isEqualTo(100);
                }
                assertThat(store.unfinishedUploads())
                        .as("%s at request %d, %s", fault, point, struck)
                        .isZero();
            }
        }
    }
}
