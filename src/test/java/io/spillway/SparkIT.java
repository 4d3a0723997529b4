package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3Server;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.support.CommandRun;
import io.spillway.support.DatasetFolder;
import io.spillway.support.Dump;
import io.spillway.support.FaultProxy;
import io.spillway.support.FaultProxy.Kind;
import io.spillway.support.FreePorts;
import io.spillway.support.Spark;
import io.spillway.support.SparkRun;
import io.spillway.support.TestCluster;
import io.spillway.verify.DumpCheck;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The packaged program on Spark, with executors as processes of their own, and the real Elasticsearch server. {@code
 * -Dspillway.spark.kills=20} kills as many executors and drivers; the default is two.
 */
// With the time to fetch Spark, once.
@Timeout(value = 12, unit = TimeUnit.MINUTES)
class SparkIT {
    private static final String DATASET = "records";
    private static final String LOCAL_CLUSTER = "local-cluster[2,1,1024]";
    private static final String OLDEST = "3.5.6";
    private static final String NEWEST = "4.2.0";
    private static final String CANARY = "canary-5f1d0c2e9b7a4863";
    private static final int DOCUMENTS = 60_000;
    private static final int SLICES = 6;
    /** The minimum number of pages of such an export. */
    private static final int PAGES = 12;

    private static final int KILLS = Integer.getInteger("spillway.spark.kills", 2);
    private static final int CANCELLED = 130;

    @TempDir
    private static Path plain;

    private static String index;
    private static List<String> expected;

    private final TestCluster cluster = TestCluster.shared();
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final List<Process> daemons = new ArrayList<>();

    @TempDir
    private Path root;

    private FaultProxy proxy;
    private SparkRun run;

    @BeforeAll
    static void exportWithoutSpark() throws Exception {
        TestCluster cluster = TestCluster.shared();
        index = cluster.newIndex(2);
        cluster.load(
                index,
                () -> IntStream.range(0, DOCUMENTS)
                        .mapToObj(n -> "{\"id\":" + n + ",\"title\":\"A small document of the number " + n + "\"}")
                        .iterator());
        Files.writeString(plain.resolve("key"), CANARY);
        DatasetFolder folder = new DatasetFolder(plain, DATASET);
        CommandRun export = CommandRun.export(cluster.url(), index, folder, options());
        assertThat(export.exitCode()).as(export.err()).isZero();
        expected = hashes(folder.newestDump());
        assertThat(expected).hasSizeGreaterThan(SLICES);
    }

    @AfterEach
    void end() throws Exception {
        goOn.countDown();
        if (run != null) {
            run.close();
        }
        for (Process daemon : daemons) {
            daemon.descendants().forEach(ProcessHandle::destroyForcibly);
            daemon.destroyForcibly().waitFor();
        }
        if (proxy != null) {
            proxy.close();
        }
    }

    @Test
    void thePartsHaveTheHashesOfAPlainExportAndNoFileOfSparkHasASecret() throws Exception {
        run = start(
                Spark.version(OLDEST),
                LOCAL_CLUSTER,
                cluster.url(),
                Map.of("spark.cores.max", "2"),
                "--to",
                folder().root().toString(),
                "--dataset",
                DATASET);

        assertPublished();
        assertNoCanary();
    }

    /** A killed process: at which page, how much later, and which executor. */
    record Kill(int number, int page, int millisLater, int executor) {
        String version() {
            return number % 2 == 0 ? NEWEST : OLDEST;
        }
    }

    static Stream<Kill> kills() {
        SplittableRandom random = new SplittableRandom(20_261_129);
        return IntStream.range(0, KILLS)
                .mapToObj(n -> new Kill(n, 1 + random.nextInt(PAGES - 1), random.nextInt(300), random.nextInt(2)));
    }

    @ParameterizedTest
    @MethodSource("kills")
    void slicesOfAKilledExecutorAreRunAgainWithTheSameBytes(Kill kill) throws Exception {
        run = startAndAwaitPage(Spark.version(kill.version()), LOCAL_CLUSTER, kill.page, Map.of());
        List<ProcessHandle> executors = run.executors();
        TimeUnit.MILLISECONDS.sleep(kill.millisLater);
        executors.get(kill.executor % executors.size()).destroyForcibly();
        goOn.countDown();

        assertPublished();
        assertThat(run.output()).contains("Lost executor");
    }

    @Test
    void theBucketThatIsTheHomeHasEachPartOnceAfterAnExecutorWasKilled() throws Exception {
        try (S3Server store = S3Server.inMemory()) {
            run = startAndAwaitPage(Spark.version(NEWEST), LOCAL_CLUSTER, PAGES / 2, Map.of(), into(store));
            run.executors().get(0).destroyForcibly();
            goOn.countDown();

            assertThat(run.exitCode()).as(run.output()).isZero();
            assertThat(store.unfinishedUploads()).isZero();
            try (S3Bucket bucket = S3Bucket.open(store.options())) {
                List<String> keys = bucket.list(DATASET + "/2").stream()
                        .map(each -> each.key().value())
                        .toList();
                String dump = keys.get(0).substring(0, keys.get(0).lastIndexOf('/'));
                Manifest manifest = DumpCheck.check(bucket, new ObjectKey(dump));
                assertThat(manifest.parts()).extracting(Part::sha256).isEqualTo(expected);
                assertThat(keys)
                        .hasSize(manifest.parts().size() + manifest.files().size() + 1);
            }
            assertThat(texts(root)).doesNotContain(S3Server.SECRET_KEY);
        }
    }

    /** The options of a command for a bucket as home. */
    private String[] into(S3Server store) throws IOException {
        Files.writeString(plain.resolve("access"), S3Server.ACCESS_KEY);
        Files.writeString(plain.resolve("secret"), S3Server.SECRET_KEY);
        return new String[] {
            "--to",
            "s3://" + S3Server.BUCKET + "/public/",
            "--home",
            "--endpoint",
            store.endpoint().toString(),
            "--path-style",
            "--access-key",
            "${file:" + plain.resolve("access") + "}",
            "--secret-key",
            "${file:" + plain.resolve("secret") + "}",
            "--state",
            root.resolve("state").toString(),
            "--dataset",
            DATASET
        };
    }

    @ParameterizedTest
    @MethodSource("kills")
    void aKilledDriverPublishesNothingAndTheNextExportDoes(Kill kill) throws Exception {
        run = startAndAwaitPage(Spark.version(kill.version()), LOCAL_CLUSTER, kill.page, Map.of());
        run.executors();
        TimeUnit.MILLISECONDS.sleep(kill.millisLater);
        run.kill();
        assertThat(folder().dumps()).isEmpty();
        goOn.countDown();
        run.awaitExecutors();

        CommandRun next = CommandRun.export(cluster.url(), index, folder(), options());

        assertThat(next.exitCode()).as(next.err()).isZero();
        assertThat(hashes(folder().newestDump())).isEqualTo(expected);
        assertThat(folder().dumps()).hasSize(1);
        assertThat(folder().leftOvers()).isEmpty();
    }

    @Test
    void sigtermEndsWith130AndLeavesNothing() throws Exception {
        run = startAndAwaitPage(Spark.version(OLDEST), LOCAL_CLUSTER, 3, Map.of());

        run.terminate();

        assertThat(run.exitCode()).as(run.output()).isEqualTo(CANCELLED);
        assertThat(proxy.requests(Kind.CLOSE)).isEqualTo(1);
        run.awaitExecutors();
        assertThat(folder().dumps()).isEmpty();
        assertThat(folder().leftOvers()).isEmpty();
    }

    @Test
    void ofTwoAttemptsOfASliceAtTheSameTimeOneCounts() throws Exception {
        Spark spark = Spark.version(NEWEST);
        int port = FreePorts.next();
        String master = "spark://127.0.0.1:" + port;
        daemon(spark, "127.0.0.1", "master.Master", "--port", String.valueOf(port));
        // Spark runs the second attempt on another host than the first.
        for (String host : List.of("127.0.0.2", "127.0.0.3")) {
            Path work = Files.createDirectories(root.resolve("work-" + host));
            daemon(
                    spark,
                    host,
                    "worker.Worker",
                    "--cores",
                    "1",
                    "--memory",
                    "1g",
                    "--work-dir",
                    work.toString(),
                    master);
        }
        // The page that is blocked belongs to one of the last slices, when the other executor is idle.
        run = startAndAwaitPage(
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

        assertPublished();

        assertThat(texts(root.resolve("run/events"))).contains("\"Speculative\":true");
        assertNoCanary();
    }

    private static String[] options() {
        return new String[] {
            "--slices",
            String.valueOf(SLICES),
            "--part-documents",
            "4000",
            "--api-key",
            "${file:" + plain.resolve("key") + "}"
        };
    }

    private DatasetFolder folder() {
        return new DatasetFolder(root.resolve("dumps"), DATASET);
    }

    private SparkRun startAndAwaitPage(Spark spark, String master, int page, Map<String, String> settings)
            throws Exception {
        DatasetFolder folder = folder();
        return startAndAwaitPage(
                spark, master, page, settings, "--to", folder.root().toString(), "--dataset", folder.dataset());
    }

    private SparkRun startAndAwaitPage(
            Spark spark, String master, int page, Map<String, String> settings, String... into) throws Exception {
        proxy = FaultProxy.before(cluster.url(), 1);
        proxy.disturb(Kind.PAGE, n -> n == page, exchange -> {
            reached.countDown();
            goOn.await();
            exchange.reply(exchange.forward());
        });
        run = start(spark, master, proxy.url(), settings, into);
        while (!reached.await(1, TimeUnit.SECONDS)) {
            assertThat(run.isAlive()).as(run.output()).isTrue();
        }
        return run;
    }

    private SparkRun start(Spark spark, String master, URI url, Map<String, String> more, String... into)
            throws Exception {
        Path jar = Path.of(System.getProperty("spillway.jar", "target/spillway.jar"));
        Assumptions.assumeTrue(Files.exists(jar), () -> "no packaged program at " + jar);
        Path work = Files.createDirectories(root.resolve("run"));
        Map<String, String> settings = new HashMap<>(Map.of(
                "spark.eventLog.enabled", "true",
                "spark.eventLog.compress", "false",
                "spark.eventLog.dir",
                        Files.createDirectories(work.resolve("events")).toUri().toString()));
        settings.putAll(more);
        List<String> arguments = new ArrayList<>(List.of("--elasticsearch", url.toString(), "--index", index));
        arguments.addAll(List.of(into));
        arguments.addAll(List.of(options()));
        return SparkRun.start(spark, work, master, jar, settings, Map.of(), arguments.toArray(String[]::new));
    }

    private void daemon(Spark spark, String host, String type, String... arguments) throws Exception {
        List<String> words =
                new ArrayList<>(List.of("org.apache.spark.deploy." + type, "--host", host, "--webui-port", "0"));
        words.addAll(List.of(arguments));
        ProcessBuilder builder = spark.command(spark.home(), words.toArray(String[]::new));
        builder.environment().putAll(Map.of("SPARK_LOCAL_IP", host, "SPARK_DAEMON_MEMORY", "256m"));
        daemons.add(builder.redirectErrorStream(true)
                .redirectOutput(root.resolve(type + "-" + host + ".log").toFile())
                .start());
    }

    private void assertPublished() throws Exception {
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(folder().dumps()).as(run.output()).hasSize(1);
        Path dump = folder().newestDump();
        assertThat(hashes(dump)).isEqualTo(expected);
        CommandRun verification = CommandRun.verify(dump);
        assertThat(verification.exitCode()).as(verification.err()).isZero();
        assertThat(verification.out()).contains("60,000 documents");
        assertThat(folder().leftOvers()).isEmpty();
    }

    private void assertNoCanary() throws IOException {
        assertThat(texts(root.resolve("run/events"))).contains("io.spillway.spark.SparkExport");
        assertThat(texts(root)).doesNotContain(CANARY);
    }

    /** All files of a run, one after the other. */
    private static String texts(Path folder) throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().endsWith(".jar"))::iterator) {
                all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }

    private static List<String> hashes(Path dump) throws Exception {
        List<String> hashes = new ArrayList<>();
        Dump.at(dump)
                .manifest()
                .path("parts")
                .forEach(part -> hashes.add(part.path("sha256").asText()));
        return hashes;
    }
}
