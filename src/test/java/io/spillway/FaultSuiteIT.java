package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.CommandRun;
import io.spillway.support.DatasetFolder;
import io.spillway.support.FaultProxy;
import io.spillway.support.FaultProxy.Disturbance;
import io.spillway.support.FaultProxy.Kind;
import io.spillway.support.TestCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The command {@code export}, run on a real server through a proxy that breaks answers: after any of these faults there
 * is a dump that equals the index, or none. A new fault is one row of {@link #TROUBLES}.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class FaultSuiteIT {
    private static final int DOCUMENTS = 3_000;
    private static final String DATASET = "faults";

    private static final int WHOLE = 0;
    private static final int UNAVAILABLE = 10;
    private static final int LOST = 11;
    private static final int REFUSED = 12;
    private static final int INTEGRITY = 30;

    /**
     * A fault, and the expected end of the command.
     *
     * @param name        a description
     * @param exitCode    of the command
     * @param arrangement prepares the proxy
     */
    record Trouble(String name, int exitCode, Consumer<FaultProxy> arrangement) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Trouble> TROUBLES = List.of(
            trouble("nothing", WHOLE, proxy -> {}),
            trouble("answers in chunks", WHOLE, Kind.PAGE, FaultSuiteIT::every, FaultProxy.inChunks()),
            trouble("late", WHOLE, Kind.PAGE, FaultSuiteIT::third, FaultProxy.late(Duration.ofMillis(300))),
            trouble("body cut", WHOLE, Kind.PAGE, FaultSuiteIT::third, FaultProxy.cut()),
            trouble("chunked body cut", WHOLE, Kind.PAGE, FaultSuiteIT::third, FaultProxy.cutInChunks()),
            trouble("request dropped", WHOLE, Kind.PAGE, FaultSuiteIT::third, FaultProxy.dropRequest()),
            trouble("answer dropped", WHOLE, Kind.PAGE, FaultSuiteIT::third, FaultProxy.dropAnswer()),
            trouble("rejected", WHOLE, Kind.PAGE, FaultSuiteIT::third, FaultProxy.instead(FaultProxy.REJECTED)),
            trouble(
                    "rejected with a time",
                    WHOLE,
                    Kind.PAGE,
                    FaultSuiteIT::first,
                    FaultProxy.instead(FaultProxy.REJECTED.withHeader("Retry-After: 1"))),
            trouble("short of memory", WHOLE, Kind.PAGE, FaultSuiteIT::third, FaultProxy.instead(FaultProxy.BREAKER)),
            trouble(
                    "page too large for a proxy",
                    WHOLE,
                    Kind.PAGE,
                    FaultSuiteIT::third,
                    FaultProxy.instead(FaultProxy.page(413))),
            trouble(
                    "bad gateway",
                    WHOLE,
                    Kind.PAGE,
                    FaultSuiteIT::thirdToFifth,
                    FaultProxy.instead(FaultProxy.page(502))),
            trouble(
                    "unavailable for a moment",
                    WHOLE,
                    Kind.PAGE,
                    FaultSuiteIT::third,
                    FaultProxy.instead(FaultProxy.page(503))),
            trouble(
                    "gateway timed out",
                    WHOLE,
                    Kind.PAGE,
                    FaultSuiteIT::third,
                    FaultProxy.afterwards(FaultProxy.page(504))),
            trouble(
                    "shard away for a moment",
                    WHOLE,
                    Kind.PAGE,
                    FaultSuiteIT::third,
                    FaultProxy.instead(FaultProxy.NO_SHARD)),
            trouble(
                    "login page with status 200",
                    WHOLE,
                    Kind.PAGE,
                    FaultSuiteIT::third,
                    FaultProxy.afterwards(FaultProxy.page(200))),
            trouble("shard failed", WHOLE, Kind.PAGE, FaultSuiteIT::third, FaultProxy.shardFailed()),
            trouble("shard missing", WHOLE, Kind.PAGE, FaultSuiteIT::third, FaultProxy.shardMissing()),
            trouble("search timed out", WHOLE, Kind.PAGE, FaultSuiteIT::third, FaultProxy.timedOut()),
            trouble("search terminated early", WHOLE, Kind.PAGE, FaultSuiteIT::third, FaultProxy.terminatedEarly()),
            trouble("pages shorter than asked for", WHOLE, Kind.PAGE, FaultSuiteIT::every, FaultProxy.shorter()),
            trouble("new point in time id each time", WHOLE, proxy -> {
                Disturbance renaming = FaultProxy.newPitIds(8);
                Set.of(Kind.OPEN, Kind.COUNT, Kind.PAGE)
                        .forEach(kind -> proxy.disturb(kind, FaultSuiteIT::every, renaming));
            }),
            trouble(
                    "old point in time id",
                    WHOLE,
                    proxy -> proxy.disturb(Kind.OPEN, FaultSuiteIT::every, FaultProxy.pitIds(n -> "~0"))
                            .disturb(Kind.PAGE, FaultSuiteIT::third, FaultProxy.pitIds(n -> "~0"))
                            .disturb(Kind.PAGE, FaultSuiteIT::every, FaultProxy.pitIds(n -> "~" + n))),
            trouble(
                    "point in time lost once",
                    WHOLE,
                    Kind.PAGE,
                    n -> n == 4,
                    FaultProxy.instead(FaultProxy.CONTEXT_MISSING)),
            trouble(
                    "point in time lost twice",
                    WHOLE,
                    Kind.PAGE,
                    n -> n == 2 || n == 9,
                    FaultProxy.instead(FaultProxy.CONTEXT_MISSING)),
            trouble(
                    "point in time lost each time",
                    LOST,
                    Kind.PAGE,
                    FaultSuiteIT::every,
                    FaultProxy.instead(FaultProxy.CONTEXT_MISSING)),
            trouble("right taken away", REFUSED, Kind.PAGE, n -> n >= 4, FaultProxy.instead(FaultProxy.FORBIDDEN)),
            trouble(
                    "empty page that looks like the end",
                    INTEGRITY,
                    Kind.PAGE,
                    FaultSuiteIT::second,
                    FaultProxy.empty()),
            trouble(
                    "same page again and again",
                    INTEGRITY,
                    Kind.PAGE,
                    FaultSuiteIT::every,
                    FaultProxy.firstPageAgain()),
            trouble("count too small", INTEGRITY, Kind.COUNT, FaultSuiteIT::every, counting(DOCUMENTS - 1)),
            trouble("count too large", INTEGRITY, Kind.COUNT, FaultSuiteIT::every, counting(DOCUMENTS + 1)),
            trouble("count with a failed shard", WHOLE, Kind.COUNT, FaultSuiteIT::first, FaultProxy.shardFailed()),
            trouble("count cut", WHOLE, Kind.COUNT, FaultSuiteIT::first, FaultProxy.cut()),
            trouble(
                    "count on a lost point in time",
                    WHOLE,
                    Kind.COUNT,
                    FaultSuiteIT::first,
                    FaultProxy.instead(FaultProxy.CONTEXT_MISSING)),
            trouble(
                    "opening refused for a moment",
                    WHOLE,
                    Kind.OPEN,
                    FaultSuiteIT::first,
                    FaultProxy.instead(FaultProxy.REJECTED)),
            trouble(
                    "opening at a bad gateway",
                    WHOLE,
                    Kind.OPEN,
                    FaultSuiteIT::first,
                    FaultProxy.instead(FaultProxy.page(502))),
            trouble("opening dropped", WHOLE, Kind.OPEN, FaultSuiteIT::first, FaultProxy.dropRequest()),
            trouble(
                    "opening with a shard away",
                    WHOLE,
                    Kind.OPEN,
                    FaultSuiteIT::first,
                    FaultProxy.instead(FaultProxy.NO_SHARD)),
            trouble(
                    "questions at a bad gateway",
                    WHOLE,
                    Kind.OTHER,
                    n -> n <= 2,
                    FaultProxy.instead(FaultProxy.page(502))),
            trouble("questions cut", WHOLE, Kind.OTHER, n -> n <= 2, FaultProxy.cut()),
            trouble(
                    "questions to a node short of memory",
                    WHOLE,
                    Kind.OTHER,
                    n -> n == 2 || n == 4,
                    FaultProxy.instead(FaultProxy.BREAKER)),
            trouble(
                    "closing fails",
                    WHOLE,
                    Kind.CLOSE,
                    FaultSuiteIT::first,
                    FaultProxy.afterwards(FaultProxy.page(500))),
            trouble("closing dropped", WHOLE, Kind.CLOSE, FaultSuiteIT::first, FaultProxy.dropAnswer()));

    /** Transient faults, for the storm. */
    private static final List<Disturbance> PASSING = List.of(
            FaultProxy.late(Duration.ofMillis(50)),
            FaultProxy.cut(),
            FaultProxy.cutInChunks(),
            FaultProxy.inChunks(),
            FaultProxy.dropRequest(),
            FaultProxy.dropAnswer(),
            FaultProxy.instead(FaultProxy.REJECTED),
            FaultProxy.instead(FaultProxy.BREAKER),
            FaultProxy.instead(FaultProxy.page(502)),
            FaultProxy.instead(FaultProxy.page(503)),
            FaultProxy.afterwards(FaultProxy.page(504)),
            FaultProxy.shardFailed(),
            FaultProxy.shardMissing(),
            FaultProxy.timedOut(),
            FaultProxy.terminatedEarly(),
            FaultProxy.shorter());

    private static final boolean ALL =
            System.getProperty("spillway.fault-suite", "").equals("all");

    private static final List<String> LINES =
            IntStream.range(0, DOCUMENTS).mapToObj(FaultSuiteIT::line).toList();
    private static final Map<Integer, String> INDICES = new ConcurrentHashMap<>();

    private final TestCluster cluster = TestCluster.shared();

    @TempDir
    private Path root;

    /** Every second one, so that each trouble has three shapes; all with {@code -Dspillway.fault-suite=all}. */
    static Stream<Arguments> everyTroubleAndShape() {
        List<Arguments> rows = new ArrayList<>();
        for (Trouble trouble : TROUBLES) {
            int row = TROUBLES.indexOf(trouble);
            for (int shards : List.of(1, 3)) {
                for (int slices : List.of(1, 2, 7)) {
                    if (row++ % 2 == 0 || ALL) {
                        rows.add(Arguments.of(trouble, shards, slices));
                    }
                }
            }
        }
        return rows.stream();
    }

    @ParameterizedTest(name = "{0}, {1} shards, {2} slices")
    @MethodSource("everyTroubleAndShape")
    void afterAFaultThereIsAWholeDumpOrNone(Trouble trouble, int shards, int slices) throws Exception {
        DatasetFolder folder = new DatasetFolder(root, DATASET);
        String index = index(shards);
        int contexts = cluster.openContexts();
        try (FaultProxy proxy = FaultProxy.before(cluster.url(), shards * 10L + slices)) {
            trouble.arrangement.accept(proxy);

            CommandRun run = CommandRun.export(proxy.url(), index, folder, "--slices", String.valueOf(slices));

            assertThat(run.exitCode()).as(run.err()).isEqualTo(trouble.exitCode);
            assertThat(proxy.disturbed() > 0).isEqualTo(!trouble.name.equals("nothing"));
        }
        if (trouble.exitCode == WHOLE) {
            assertWhole(folder);
        } else {
            assertNothingPublished(folder);
        }
        awaitOpenContexts(contexts);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void aStormOfTransientFaultsLosesNothing(long seed) throws Exception {
        DatasetFolder folder = new DatasetFolder(root, DATASET);
        int contexts = cluster.openContexts();
        try (FaultProxy proxy = FaultProxy.before(cluster.url(), seed)) {
            proxy.disturbPages(0.2, PASSING);
            int shards = seed % 2 == 0 ? 1 : 3;

            CommandRun run = CommandRun.export(proxy.url(), index(shards), folder, "--slices", "5");

            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(proxy.disturbed()).isPositive();
        }
        assertWhole(folder);
        awaitOpenContexts(contexts);
    }

    @Test
    void aClusterThatDoesNotAnswerIsUnavailable() throws Exception {
        DatasetFolder folder = new DatasetFolder(root, DATASET);
        FaultProxy proxy = FaultProxy.before(cluster.url(), 1);
        proxy.close();

        CommandRun run = CommandRun.export(proxy.url(), index(1), folder);

        assertThat(run.exitCode()).as(run.err()).isEqualTo(UNAVAILABLE);
        assertThat(run.err()).contains(proxy.url().toString()).contains("hint:");
        assertNothingPublished(folder);
    }

    @Test
    void aFaultLeavesThePreviousDumpUnchanged() throws Exception {
        DatasetFolder folder = new DatasetFolder(root, DATASET);
        assertThat(CommandRun.export(cluster.url(), index(3), folder).exitCode())
                .isZero();
        Path before = folder.newestDump();
        try (FaultProxy proxy = FaultProxy.before(cluster.url(), 1)) {
            proxy.disturb(Kind.PAGE, n -> n >= 4, FaultProxy.instead(FaultProxy.FORBIDDEN));

            assertThat(CommandRun.export(proxy.url(), index(3), folder).exitCode())
                    .isEqualTo(REFUSED);
        }
        assertThat(folder.dumps()).containsExactly(before);
        assertWhole(folder);
    }

    private static void assertWhole(DatasetFolder folder) throws Exception {
        assertThat(folder.dumps()).hasSize(1);
        assertThat(folder.leftOvers()).isEmpty();
        assertThat(DatasetFolder.difference(LINES, DatasetFolder.lines(folder.newestDump())))
                .isEmpty();
        CommandRun verification = CommandRun.verify(folder.newestDump());
        assertThat(verification.exitCode()).as(verification.err()).isZero();
    }

    private static void assertNothingPublished(DatasetFolder folder) throws Exception {
        assertThat(folder.dumps()).isEmpty();
        assertThat(folder.leftOvers()).isEmpty();
    }

    /** An abandoned request may keep a context open until the server has answered it. */
    private void awaitOpenContexts(int expected) throws Exception {
        long begun = System.nanoTime();
        int found = cluster.openContexts();
        while (found > expected && System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(30)) {
            found = cluster.openContexts();
        }
        assertThat(found).as("points in time that are still open").isLessThanOrEqualTo(expected);
    }

    /** One index for each number of shards, with pages short enough that each slice has several. */
    private String index(int shards) {
        return INDICES.computeIfAbsent(shards, n -> {
            try {
                String name = cluster.newIndex("""
                        {"settings": {"number_of_shards": %d, "number_of_replicas": 0, "max_result_window": 250},
                         "mappings": {"properties": {"authors": {"type": "nested"}}}}
                        """.formatted(n));
                cluster.load(name, LINES);
                return name;
            } catch (Exception e) {
                throw new IllegalStateException("no index with " + n + " shards", e);
            }
        });
    }

    private static Trouble trouble(String name, int exitCode, Consumer<FaultProxy> arrangement) {
        return new Trouble(name, exitCode, arrangement);
    }

    private static Trouble trouble(String name, int exitCode, Kind kind, IntPredicate which, Disturbance disturbance) {
        return new Trouble(name, exitCode, proxy -> proxy.disturb(kind, which, disturbance));
    }

    /** A page in the middle. */
    private static boolean third(int n) {
        return n == 3;
    }

    /** Several in a row, so that a retry fails too; few, because the pauses between retries grow. */
    private static boolean thirdToFifth(int n) {
        return n >= 3 && n <= 5;
    }

    /** A page that is not the last of any slice, with 1 to 7 slices. */
    private static boolean second(int n) {
        return n == 2;
    }

    private static boolean first(int n) {
        return n == 1;
    }

    private static boolean every(int n) {
        return true;
    }

    private static Disturbance counting(int documents) {
        return FaultProxy.changed(body -> body.replaceFirst("\"value\":" + DOCUMENTS, "\"value\":" + documents));
    }

    private static String line(int n) {
        return ("{\"id\":%d,\"title\":\"Zahl %d — größer als \\\"%d\\\", \u65e5\u672c\u8a9e \ud83d\udc1f\u2028\","
                        + "\"authors\":[{\"name\":\"Ærø %d\",\"hits\":{\"hits\":[]}},{\"name\":\"\\u00e9\\n\"}],"
                        + "\"share\":%d.10,\"big\":9223372036854775807,\"deep\":{\"sort\":[%d,2],\"pit_id\":\"x\"}}")
                .formatted(n, n, n - 1, n % 97, n, n);
    }
}
