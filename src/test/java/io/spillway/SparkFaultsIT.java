package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.CommandRun;
import io.spillway.support.FaultProxy;
import io.spillway.support.FaultProxy.Kind;
import io.spillway.support.FreePorts;
import io.spillway.support.Spark;
import io.spillway.support.SparkDaemons;
import io.spillway.support.SparkExports;
import io.spillway.support.SparkExports.Home;
import io.spillway.support.SparkExports.Source;
import io.spillway.support.SparkRun;
import io.spillway.support.TestCluster;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What can go wrong on Spark besides a killed process: refusals, lost snapshots, two drivers, stopped processes. */
// With the time to fetch Spark, once.
@Timeout(value = 12, unit = TimeUnit.MINUTES)
class SparkFaultsIT {
    /** With ten or more kills, the tests that take long run as well. */
    private static final String KILLS = "spillway.spark.kills";

    private static final String LOCAL_CLUSTER = "local-cluster[2,1,1024]";
    private static final String OLDEST = "3.5.6";
    private static final String NEWEST = "4.2.0";
    /** The number of this page is that of one in the middle of the export. */
    private static final int PAGE = 6;

    private static final int GATE = 31;
    private static final int ALREADY_RUNNING = 40;
    /** A stopped process is stopped for longer than Spark waits for it. */
    private static final int LOST_SECONDS = 15;

    private static final Map<String, String> IMPATIENT = Map.of(
            "spark.network.timeout", "6s",
            "spark.network.timeoutInterval", "1s",
            "spark.executor.heartbeatInterval", "1s",
            "spark.executor.heartbeat.maxFailures", "5");
    private static final Pattern ANOTHER_ATTEMPT = Pattern.compile("Starting task \\d+\\.[1-9]");

    private final TestCluster cluster = TestCluster.shared();
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @TempDir
    private Path root;

    private FaultProxy proxy;
    private SparkRun run;

    @BeforeEach
    void startProxy() throws Exception {
        proxy = FaultProxy.before(cluster.url(), 1);
    }

    @AfterEach
    void closeProxy() {
        goOn.countDown();
        proxy.close();
    }

    @Test
    void whatTheGateRefusesIsNeverVisibleInTheBucket() throws Exception {
        try (SparkExports exports = new SparkExports(root, Source.POINT_IN_TIME, Home.BUCKET)) {
            CommandRun first = exports.plain();
            assertThat(first.exitCode()).as(first.err()).isZero();

            run = exports.start(
                    Spark.version(NEWEST), LOCAL_CLUSTER, Map.of(), "--exclude", "title", "--unlisted", "publish");

            assertThat(run.exitCode()).as(run.output()).isEqualTo(GATE);
            assertThat(run.output()).contains("(6/6)");
            assertThat(exports.dumps()).hasSize(1);
            exports.assertExact();
            exports.assertNothingLeft();
            exports.assertNoContexts(0);
        }
    }

    @Test
    void afterALostPointInTimeTheExportStartsAgainWithoutAnotherAttemptAtASlice() throws Exception {
        try (SparkExports exports = new SparkExports(root, Source.POINT_IN_TIME, Home.DIRECTORY)) {
            proxy.disturb(Kind.PAGE, n -> n == PAGE, exchange -> {
                cluster.closeSnapshot(exchange.body(), false);
                exchange.reply(exchange.forward());
            });

            run = exports.start("run", Spark.version(OLDEST), LOCAL_CLUSTER, proxy.url(), Map.of());

            assertThat(run.exitCode()).as(run.output()).isZero();
            assertThat(proxy.requests(Kind.OPEN)).isEqualTo(2);
            assertThat(run.output()).doesNotContainPattern(ANOTHER_ATTEMPT);
            assertPublishedOnce(exports);
        }
    }

    @ParameterizedTest
    @EnumSource(Home.class)
    @EnabledIfSystemProperty(named = KILLS, matches = "\\d\\d+", disabledReason = "takes long")
    void aSecondDriverOfTheSameDatasetIsRefused(Home home) throws Exception {
        try (SparkExports exports = new SparkExports(root, Source.POINT_IN_TIME, home)) {
            startAndAwaitPage(exports, LOCAL_CLUSTER, Map.of());

            SparkRun second = exports.start("second", Spark.version(NEWEST), "local[1]", cluster.url(), Map.of());

            assertThat(second.exitCode()).as(second.output()).isEqualTo(ALREADY_RUNNING);
            assertThat(second.output()).contains("error: another export of ");
            assertThat(exports.dumps()).isEmpty();
            goOn.countDown();
            assertThat(run.exitCode()).as(run.output()).isZero();
            assertPublishedOnce(exports);
        }
    }

    @Test
    @EnabledIfSystemProperty(named = KILLS, matches = "\\d\\d+", disabledReason = "takes long")
    void aDriverThatWasStoppedForLongerThanItsExecutorsWaitPublishesOnce() throws Exception {
        try (SparkExports exports = new SparkExports(root, Source.POINT_IN_TIME, Home.DIRECTORY)) {
            startAndAwaitPage(exports, LOCAL_CLUSTER, IMPATIENT);
            run.pause();
            goOn.countDown();
            TimeUnit.SECONDS.sleep(LOST_SECONDS);
            CommandRun second = exports.plain();
            assertThat(second.exitCode()).as(second.err()).isEqualTo(ALREADY_RUNNING);
            run.resume();

            assertThat(run.exitCode()).as(run.output()).isZero();
            assertPublishedOnce(exports);
        }
    }

    @Test
    @EnabledIfSystemProperty(named = KILLS, matches = "\\d\\d+", disabledReason = "takes a minute")
    void aDriverThatLostItsLeaseWhileItWasStoppedPublishesNothing() throws Exception {
        try (SparkExports exports = new SparkExports(root, Source.POINT_IN_TIME, Home.BUCKET)) {
            startAndAwaitPage(exports, LOCAL_CLUSTER, Map.of());
            run.pause();
            goOn.countDown();
            CommandRun second = exports.plain();
            if (second.exitCode() == ALREADY_RUNNING) {
                // A renewal was under way when the driver was stopped, and arrived after the first look.
                second = exports.plain();
            }
            assertThat(second.exitCode()).as(second.err()).isZero();
            run.resume();

            assertThat(run.exitCode()).as(run.output()).isEqualTo(ALREADY_RUNNING);
            assertPublishedOnce(exports);
        }
    }

    @ParameterizedTest
    @EnumSource(Home.class)
    @EnabledIfSystemProperty(named = KILLS, matches = "\\d\\d+", disabledReason = "takes long")
    void anExecutorThatContinuesAfterTheCommitChangesNothing(Home home) throws Exception {
        Spark spark = Spark.version(NEWEST);
        int port = FreePorts.next();
        String master = "spark://127.0.0.1:" + port;
        try (SparkDaemons daemons = new SparkDaemons(spark, root);
                SparkExports exports = new SparkExports(root, Source.POINT_IN_TIME, home)) {
            daemons.master(port);
            daemons.worker("127.0.0.2", master);
            Process stopped = daemons.worker("127.0.0.3", master);
            Map<String, String> settings = new HashMap<>(IMPATIENT);
            settings.putAll(Map.of("spark.cores.max", "2", "spark.executor.cores", "1", "spark.executor.memory", "1g"));
            startAndAwaitPage(exports, master, settings);
            ProcessHandle executor = SparkRun.executors(stopped.toHandle()).get(0);
            // The worker as well, since it would kill the executor.
            SparkRun.signal(stopped.toHandle(), "STOP");
            SparkRun.signal(executor, "STOP");
            goOn.countDown();

            assertThat(run.exitCode()).as(run.output()).isZero();
            assertPublishedOnce(exports);
            SparkRun.signal(executor, "CONT");
            SparkRun.signal(stopped.toHandle(), "CONT");
            executor.onExit().join();
            assertPublishedOnce(exports);
        } finally {
            goOn.countDown();
        }
    }

    private void startAndAwaitPage(SparkExports exports, String master, Map<String, String> settings) throws Exception {
        proxy.disturb(Kind.PAGE, n -> n == PAGE, exchange -> {
            reached.countDown();
            goOn.await();
            exchange.reply(exchange.forward());
        });
        run = exports.start("run", Spark.version(NEWEST), master, proxy.url(), settings);
        while (!reached.await(1, TimeUnit.SECONDS)) {
            assertThat(run.isAlive()).as(run.output()).isTrue();
        }
    }

    private void assertPublishedOnce(SparkExports exports) throws Exception {
        assertThat(exports.dumps()).as(run.output()).hasSize(1);
        exports.assertExact();
        exports.assertNothingLeft();
        exports.assertNoContexts(0);
    }
}
