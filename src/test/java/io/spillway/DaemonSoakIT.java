package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.catalog.DatasetStatus;
import io.spillway.destination.Destination;
import io.spillway.destination.s3.S3FaultProxy;
import io.spillway.manifest.Manifest;
import io.spillway.support.CommandRun;
import io.spillway.support.FaultProxy;
import io.spillway.support.Program;
import io.spillway.support.Soaking;
import io.spillway.support.Stores;
import io.spillway.support.TestCluster;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged daemon runs many schedules. Its source and its bucket fail now and then, and the bucket is unavailable
 * for a while: nothing is lost, and nothing grows. It takes half a minute by default. To run it for ten minutes:
 *
 * <pre>{@code
 * mvn verify -Dit.test=DaemonSoakIT -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false \
 * -Dsoak.seconds=600 -Dsoak.schedules=200
 * }</pre>
 *
 * <p>The figures are printed and kept in {@code target/soak.txt}.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class DaemonSoakIT {
    private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("soak.seconds", 30));
    private static final int SCHEDULES = Integer.getInteger("soak.schedules", 40);
    /** How often each schedule exports. A daemon keeps up with two exports a second beside everything else here. */
    private static final int PERIOD_SECONDS = Math.min(60, Math.max(20, SCHEDULES / 2));

    /** Long enough for each schedule to have its turn, even on a slow machine. */
    private static final Duration TURN_FOR_ALL = Duration.ofMinutes(5);

    /** Seconds that the daemon has until its first export is finished. The samples begin then. */
    private static final int WARM_UP_SECONDS = 300;

    private static final String PUBLISHED = "outcome=\"published\"";
    private static final long SEED = 20_261_122;
    private static final int[] DOCUMENTS = {1, 40, 300, 2_000};
    private static final Pattern PORT = Pattern.compile("listening for HTTP port=(\\d+)");
    private static final Pattern COUNTED = Pattern.compile("spillway_exports_total\\{.*outcome=\"(\\w+)\"} ([0-9.E]+)");
    /** What varies: lanes, connections, page requests in flight. */
    private static final int BREATHING = 25;

    @TempDir
    private Path folder;

    private final TestCluster cluster = TestCluster.shared();
    private final List<String> indices = new ArrayList<>();
    private volatile boolean bucketIsAway;
    private Stores stores;
    private FaultProxy source;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "the system does not list the open files of a process");
        stores = new Stores(folder);
        for (int documents : DOCUMENTS) {
            String index = cluster.newIndex(1);
            cluster.load(
                    index,
                    () -> IntStream.range(0, documents)
                            .mapToObj(n -> "{\"id\":" + n + ",\"title\":\"Number " + n + "\"}")
                            .iterator());
            indices.add(index);
        }
        source = FaultProxy.before(cluster.url(), SEED);
        source.disturbPages(
                0.03,
                List.of(
                        FaultProxy.cut(),
                        FaultProxy.cutInChunks(),
                        FaultProxy.dropRequest(),
                        FaultProxy.dropAnswer(),
                        FaultProxy.shardFailed(),
                        FaultProxy.instead(FaultProxy.NO_SHARD)));
        // One export in fifty cannot start. The daemon retries it after its own retries are used up.
        source.disturb(FaultProxy.Kind.OPEN, n -> n % 50 == 0, FaultProxy.dropRequest());
    }

    @AfterEach
    void stop() throws Exception {
        source.close();
        stores.close();
    }

    /** The bucket fails once in thirty requests, in any way, and on all requests while it is unavailable. */
    private void disturbBucket() {
        SplittableRandom random = new SplittableRandom(SEED);
        List<S3FaultProxy.Fault> ways = List.of(
                S3FaultProxy.Fault.DROPPED,
                S3FaultProxy.Fault.CUT,
                S3FaultProxy.Fault.ANSWER_LOST,
                S3FaultProxy.Fault.SLOW_DOWN,
                S3FaultProxy.Fault.INTERNAL_ERROR);
        stores.proxy().disturb((kind, number) -> {
            if (bucketIsAway) {
                return S3FaultProxy.Fault.DROPPED;
            }
            synchronized (random) {
                return random.nextInt(30) == 0 ? ways.get(random.nextInt(ways.size())) : null;
            }
        });
    }

    private static String dataset(int number) {
        return "d%03d".formatted(number);
    }

    /** Every fourth dataset sends its dumps to the bucket, too. */
    private static boolean isSent(int number) {
        return number % 4 == 1;
    }

    /** The seconds of each minute at which a schedule is due. */
    private static String seconds(int number) {
        return IntStream.range(0, 60 / PERIOD_SECONDS)
                .mapToObj(turn -> String.valueOf(number % PERIOD_SECONDS + turn * PERIOD_SECONDS))
                .collect(Collectors.joining(","));
    }

    private Path schedules() throws IOException {
        Path all = Files.createDirectory(folder.resolve("schedules"));
        for (int n = 0; n < SCHEDULES; n++) {
            String text = """
                    dataset: %s
                    source: {elasticsearch: "%s", index: %s, slices: 1}
                    state: %s
                    keep: {last: 2, grace: 0s}
                    schedule: {cron: "%s * * * * ?", retries: 9}
                    destinations:
                      - %s
                    """.formatted(
                            dataset(n),
                            source.url(),
                            indices.get(n / 4 % indices.size()),
                            stores.state(),
                            seconds(n),
                            stores.toDirectory());
            Files.writeString(
                    all.resolve(dataset(n) + ".yaml"), isSent(n) ? text + "  - " + stores.toBucket() + "\n" : text);
        }
        return all;
    }

    @Test
    void nothingIsLostAndNothingGrows() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Path schedules = schedules();
        disturbBucket();
        Soaking soaking;
        String metrics;
        JsonNode status;
        try (Program daemon = Program.start(
                folder,
                Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary),
                "daemon",
                schedules.toString(),
                "--state",
                folder.resolve("daemon").toString(),
                "--listen",
                "127.0.0.1:0",
                "--concurrency",
                "4")) {
            URI address = address(daemon);
            soaking = Soaking.of(daemon, temporary, stores.directory());
            metrics = get(address.resolve("/metrics"));
            for (int i = 0; i < WARM_UP_SECONDS && !metrics.contains(PUBLISHED); i++) {
                soaking.sampleFor(Duration.ofSeconds(1));
                metrics = get(address.resolve("/metrics"));
            }
            soaking.startOver();
            soaking.sampleFor(LENGTH.multipliedBy(3).dividedBy(10));
            bucketIsAway = true;
            soaking.sampleFor(LENGTH.multipliedBy(15).dividedBy(100));
            bucketIsAway = false;
            soaking.sampleFor(LENGTH.multipliedBy(55).dividedBy(100));
            metrics = get(address.resolve("/metrics"));
            status = new JsonMapper().readTree(get(address.resolve("/status")));
            long stopping = System.nanoTime();
            daemon.terminate();
            assertThat(daemon.exitCode()).as(daemon.output()).isZero();
            soaking.addLine("stopped after %.1f s".formatted((System.nanoTime() - stopping) / 1e9));
        }
        soaking.addLine(counts(metrics) + ", requests disturbed: " + source.disturbed() + " of pages and openings, "
                + stores.proxy().seen().size() + " to the bucket in all");
        soaking.write(Path.of("target/soak.txt"));

        assertThat(hidden(stores.directory())).isEmpty();
        assertThat(stores.server().unfinishedUploads()).isZero();
        for (int n = 0; n < SCHEDULES; n++) {
            isWholeOrReportedMissing(n, status.path("datasets").path(n));
        }
        deliverTheRest(schedules);
        assertThat(soaking.threads()).satisfies(DaemonSoakIT::doesNotGrow);
        assertThat(soaking.files()).satisfies(DaemonSoakIT::doesNotGrow);
        assertThat(soaking.temporary()).satisfies(DaemonSoakIT::doesNotGrow);
        assertThat(metrics).contains(PUBLISHED);
    }

    private static void doesNotGrow(Soaking.Growth growth) {
        assertThat(growth.atTheEnd()).as(growth.what()).isLessThanOrEqualTo(growth.inTheMiddle() + BREATHING);
    }

    private void isWholeOrReportedMissing(int n, JsonNode told) throws Exception {
        assertThat(told.path("dataset").asText()).isEqualTo(dataset(n));
        Optional<String> newest = newest(stores.openDirectory(), n);
        if (newest.isEmpty()) {
            // Half a minute is not enough for each of them to have its turn.
            boolean waits = !told.path("last").isObject() && LENGTH.compareTo(TURN_FOR_ALL) < 0;
            boolean runs = told.at("/last/outcome").asText().equals("running");
            assertThat(told.at("/last/message").asText().isEmpty() && !waits && !runs)
                    .as("%s has no dump, and no reason is reported: %s", dataset(n), told)
                    .isFalse();
            return;
        }
        Manifest manifest = Stores.verify(stores.openDirectory(), newest.get());
        assertThat(manifest.documents()).isEqualTo(DOCUMENTS[n / 4 % DOCUMENTS.length]);
        if (isSent(n) && !newest.equals(newest(stores.openBucket(), n))) {
            JsonNode status = new JsonMapper()
                    .readTree(stores.directory()
                            .resolve(dataset(n))
                            .resolve(DatasetStatus.FILE_NAME)
                            .toFile());
            assertThat(status.at("/last_attempt/outcome").asText())
                    .as("%s is not in the bucket", newest.get())
                    .isIn(DatasetStatus.PARTIAL, "failed");
        }
    }

    /** A later run completes what the daemon's end interrupted. */
    private void deliverTheRest(Path schedules) throws Exception {
        stores.proxy().disturb((kind, number) -> null);
        for (int n = 1; n < SCHEDULES; n += 4) {
            CommandRun resumed = CommandRun.of(
                    "export",
                    "--resume",
                    schedules.resolve(dataset(n) + ".yaml").toString());
            assertThat(resumed.exitCode()).as(resumed.err()).isZero();
            Optional<String> newest = newest(stores.openDirectory(), n);
            assertThat(newest(stores.openBucket(), n)).isEqualTo(newest);
            if (newest.isPresent()) {
                Stores.verify(stores.openBucket(), newest.get());
            }
        }
    }

    private static Optional<String> newest(Destination place, int n) throws Exception {
        try (place) {
            return place.list(dataset(n) + "/").stream()
                    .map(object -> object.key().value())
                    .filter(key -> key.endsWith("/" + Manifest.FILE_NAME))
                    .map(key -> key.substring(0, key.lastIndexOf('/')))
                    .max(String::compareTo);
        }
    }

    private static List<String> hidden(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.map(Path::toString)
                    .filter(path -> path.contains(".incomplete"))
                    .toList();
        }
    }

    private static URI address(Program daemon) throws Exception {
        while (daemon.isAlive()) {
            Matcher port = PORT.matcher(daemon.output());
            if (port.find()) {
                return URI.create("http://127.0.0.1:" + port.group(1));
            }
            Thread.onSpinWait();
        }
        throw new AssertionError(daemon.output());
    }

    private static String get(URI address) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static String counts(String metrics) {
        Map<String, Double> counts = new java.util.TreeMap<>();
        Matcher counted = COUNTED.matcher(metrics);
        while (counted.find()) {
            counts.merge(counted.group(1), Double.parseDouble(counted.group(2)), Double::sum);
        }
        return "attempts: " + counts;
    }
}
