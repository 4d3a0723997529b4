package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program on Spark, with executors as processes of their own, and the real Elasticsearch server. */
// With the time to fetch Spark, once.
@Timeout(value = 12, unit = TimeUnit.MINUTES)
class SparkIT {
    private static final String LOCAL_CLUSTER = "local-cluster[2,1,1024]";
    private static final String OLDEST = "3.5.6";
    private static final String NEWEST = "4.2.0";
    /** The minimum number of pages of such an export. */
    private static final int PAGES = 12;

    private static final int CANCELLED = 130;

    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @TempDir
    private Path root;

    private FaultProxy proxy;
    private SparkRun run;

    @BeforeEach
    void startProxy() throws Exception {
        proxy = FaultProxy.before(TestCluster.shared().url(), 1);
    }

    @AfterEach
    void closeProxy() {
        goOn.countDown();
        proxy.close();
    }

    @Test
    void thePartsHaveTheHashesOfAPlainExportAndNoFileOfSparkHasASecretOfAFile() throws Exception {
        try (SparkExports exports = new SparkExports(root, Source.POINT_IN_TIME, Home.DIRECTORY)) {
            run = exports.start(Spark.version(OLDEST), LOCAL_CLUSTER, Map.of("spark.cores.max", "2"));

            assertPublished(exports);
            exports.assertNoSecret();
        }
    }

    @Test
    void secretsInVariablesAreInNoFileOfSparkAndInNoCommandLine() throws Exception {
        try (SparkExports exports = new SparkExports(root, Source.POINT_IN_TIME, Home.BUCKET)) {
            Map<String, String> secrets = exports.takeSecretsFromVariables();
            startAndAwaitPage(exports, Spark.version(NEWEST), LOCAL_CLUSTER, PAGES / 2, Map.of());

            assertThat(run.commandLines())
                    .hasSizeGreaterThan(1)
                    .noneMatch(line -> secrets.values().stream().anyMatch(line::contains));
            goOn.countDown();

            assertPublished(exports);
            exports.assertNoSecret();
        }
    }

    /** Spark's own libraries for S3 have it, in other versions than Spillway's. */
    @Test
    void anOlderSdkOfAmazonOnSparksClassPathDoesNotReachSpillway() throws Exception {
        String older = Spark.olderSdk() + "/*";
        try (SparkExports exports = new SparkExports(root, Source.SNAPSHOT_REPOSITORY, Home.BUCKET)) {
            run = exports.start(
                    Spark.version(OLDEST),
                    LOCAL_CLUSTER,
                    Map.of("spark.driver.extraClassPath", older, "spark.executor.extraClassPath", older));

            assertPublished(exports);
            // Spark's event log has the class path of the driver.
            assertThat(exports.texts()).containsPattern("sdk-core-2\\.20\\.[0-9]+\\.jar\":\"System Classpath");
        }
    }

    @Test
    void sigtermEndsWith130AndLeavesNothing() throws Exception {
        try (SparkExports exports = new SparkExports(root, Source.POINT_IN_TIME, Home.DIRECTORY)) {
            startAndAwaitPage(exports, Spark.version(OLDEST), LOCAL_CLUSTER, 3, Map.of());

            run.terminate();

            assertThat(run.exitCode()).as(run.output()).isEqualTo(CANCELLED);
            assertThat(proxy.requests(Kind.CLOSE)).isEqualTo(1);
            run.awaitExecutors();
            assertThat(exports.dumps()).isEmpty();
            exports.assertNothingLeft();
        }
    }

    @Test
    void ofTwoAttemptsOfASliceAtTheSameTimeOneCounts() throws Exception {
        Spark spark = Spark.version(NEWEST);
        int port = FreePorts.next();
        String master = "spark://127.0.0.1:" + port;
        try (SparkDaemons daemons = new SparkDaemons(spark, root);
                SparkExports exports = new SparkExports(root, Source.POINT_IN_TIME, Home.DIRECTORY)) {
            daemons.master(port);
            // Spark runs the second attempt on another host than the first.
            Map<String, String> variables = exports.takeSecretsFromVariables();
            daemons.worker("127.0.0.2", master, variables);
            daemons.worker("127.0.0.3", master, variables);
            // The page that is blocked belongs to one of the last slices, when the other executor is idle.
            startAndAwaitPage(
                    exports,
                    spark,
                    master,
                    PAGES - 1,
                    Map.of(
                            "spark.cores.max", "2",
                            "spark.executor.cores", "1",
                            "spark.executor.memory", "1g",
                            "spark.speculation", "true",
                            "spark.speculation.interval", "100ms",
                            "spark.speculation.quantile", "0.1",
                            "spark.speculation.multiplier", "1.1",
                            "spark.speculation.minTaskRuntime", "100ms"));

            assertPublished(exports);

            assertThat(exports.texts()).contains("\"Speculative\":true");
            exports.assertNoSecret();
        }
    }

    private void startAndAwaitPage(
            SparkExports exports, Spark spark, String master, int page, Map<String, String> settings) throws Exception {
        proxy.disturb(Kind.PAGE, n -> n == page, exchange -> {
            reached.countDown();
            goOn.await();
            exchange.reply(exchange.forward());
        });
        run = exports.start("run", spark, master, proxy.url(), settings);
        while (!reached.await(1, TimeUnit.SECONDS)) {
            assertThat(run.isAlive()).as(run.output()).isTrue();
        }
    }

    private void assertPublished(SparkExports exports) throws Exception {
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(exports.dumps()).as(run.output()).hasSize(1);
        exports.assertExact();
        exports.assertNothingLeft();
    }
}
