package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.CommandRun;
import io.spillway.support.DatasetFolder;
import io.spillway.support.FaultProxy;
import io.spillway.support.FaultProxy.Kind;
import io.spillway.support.TestCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
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
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged program as a separate process, killed or stopped in the middle of an export. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class CrashIT {
    private static final Pattern SITE_FILE = Pattern.compile("\\.[a-z.]+\\.[0-9a-f]{16}\\.incomplete");
    private static final String DATASET = "crashes";
    private static final int DOCUMENTS = 100_000;
    private static final int CANCELLED = 130;

    /** The minimum number of pages of such an export, with the default slices and sizes. */
    private static final int PAGES = 20;

    private static String index;

    private final TestCluster cluster = TestCluster.shared();
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @TempDir
    private Path root;

    private Process process;

    @BeforeAll
    static void fill() throws Exception {
        TestCluster cluster = TestCluster.shared();
        index = cluster.newIndex(2);
        cluster.load(
                index,
                () -> IntStream.range(0, DOCUMENTS)
                        .mapToObj(n -> "{\"id\":" + n + ",\"title\":\"A small document of the number " + n + "\"}")
                        .iterator());
    }

    @AfterEach
    void endProcess() throws InterruptedException {
        goOn.countDown();
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    /** The request at which the process is killed, and how much longer it may live. */
    record Moment(Kind kind, int number, int millisLater) {}

    /** The points between two steps, and seeded pages and times of publication. */
    static Stream<Moment> moments() {
        SplittableRandom random = new SplittableRandom(20_261_122);
        List<Moment> moments = new ArrayList<>(List.of(
                new Moment(Kind.OTHER, 1, 0),
                new Moment(Kind.OPEN, 1, 0),
                new Moment(Kind.COUNT, 1, 0),
                new Moment(Kind.PAGE, 1, 0),
                new Moment(Kind.CLOSE, 1, 0)));
        for (int i = 0; i < 4; i++) {
            moments.add(new Moment(Kind.PAGE, 2 + random.nextInt(PAGES - 2), random.nextInt(50)));
        }
        for (int i = 0; i < 4; i++) {
            // Publication takes about 100 ms.
            moments.add(new Moment(Kind.CLOSE, 1, 1 + random.nextInt(20 << i)));
        }
        return moments.stream();
    }

    @ParameterizedTest
    @MethodSource("moments")
    void aKilledExportLeavesAWholeDumpOrNoneAndTheNextExportCleansUp(Moment moment) throws Exception {
        DatasetFolder folder = new DatasetFolder(root, DATASET);
        try (FaultProxy proxy = FaultProxy.before(cluster.url(), 1)) {
            proxy.disturb(moment.kind, n -> n == moment.number, exchange -> {
                var answer = exchange.forward();
                reached.countDown();
                if (moment.millisLater == 0) {
                    goOn.await();
                }
                exchange.reply(answer);
            });
            start(proxy, folder);
            reached.await();
            boolean ended = process.waitFor(moment.millisLater, TimeUnit.MILLISECONDS);
            assertThat(ended && process.exitValue() != 0).isFalse();

            process.destroyForcibly().waitFor();
            goOn.countDown();
        }
        for (Path dump : folder.dumps()) {
            if (Files.exists(dump.resolve("manifest.json"))) {
                assertVerified(dump);
            } else {
                // Only the name, reserved just before the rename.
                assertThat(dump).isEmptyDirectory();
            }
        }
        int before = (int) folder.dumps().stream()
                .filter(dump -> Files.exists(dump.resolve("manifest.json")))
                .count();

        CommandRun next = CommandRun.export(cluster.url(), index, folder);

        assertThat(next.exitCode()).as(next.err()).isZero();
        assertThat(leftOvers(folder)).isEmpty();
        assertThat(folder.dumps()).hasSize(before + 1);
        assertVerified(folder.newestDump());
    }

    /**
     * What the next export should have removed. It keeps a small file of the site that is younger than an hour: a process
     * without the lock may be writing it.
     */
    private static List<Path> leftOvers(DatasetFolder folder) throws IOException {
        return folder.leftOvers().stream()
                .filter(file -> !Files.isRegularFile(file)
                        || !SITE_FILE.matcher(file.getFileName().toString()).matches())
                .toList();
    }

    /** Changes are made after the snapshot is closed: sorted, written, proved, published, and their digests kept. */
    @ParameterizedTest
    @ValueSource(ints = {40, 150, 300, 600, 1_000, 1_600})
    void aKilledExportWithChangesLeavesDumpsWhoseStepsTheNextExportContinues(int millisLater) throws Exception {
        DatasetFolder folder = new DatasetFolder(root, DATASET);
        String[] changes = {"--changes", "id"};
        assertThat(CommandRun.export(cluster.url(), index, folder, changes).exitCode())
                .isZero();
        try (FaultProxy proxy = FaultProxy.before(cluster.url(), 1)) {
            proxy.disturb(Kind.CLOSE, n -> n == 1, exchange -> {
                var answer = exchange.forward();
                reached.countDown();
                exchange.reply(answer);
            });
            start(proxy, folder, changes);
            reached.await();
            process.waitFor(millisLater, TimeUnit.MILLISECONDS);
            process.destroyForcibly().waitFor();
        }

        CommandRun next = CommandRun.export(cluster.url(), index, folder, changes);

        assertThat(next.exitCode()).as(next.err()).isZero();
        assertThat(next.out()).contains("0 added, 0 changed, 0 deleted");
        assertThat(leftOvers(folder))
                .allMatch(file -> file.getFileName().toString().startsWith(".spillway.changes."))
                .hasSize(2);
        Path list = folder.newestDump().resolveSibling("changes.json");
        String steps = Files.readString(list);
        for (Path dump : folder.dumps()) {
            assertVerified(dump);
            assertThat(steps).contains("\"" + DATASET + "/" + dump.getFileName() + "\"");
        }
        assertThat(steps.split("\"to\" :", -1)).hasSize(folder.dumps().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aSignalInTheMiddleOfAPageCancelsCleanly(String signal) throws Exception {
        DatasetFolder folder = new DatasetFolder(root, DATASET);
        int contexts = cluster.openContexts();
        try (FaultProxy proxy = FaultProxy.before(cluster.url(), 1)) {
            // This page is never answered.
            proxy.disturb(Kind.PAGE, n -> n == 6, exchange -> {
                reached.countDown();
                goOn.await();
            });
            start(proxy, folder);
            reached.await();

            send(signal);

            assertThat(process.waitFor()).isEqualTo(CANCELLED);
            assertThat(proxy.requests(Kind.CLOSE)).isEqualTo(1);
            goOn.countDown();
        }
        assertThat(folder.dumps()).isEmpty();
        assertThat(folder.leftOvers()).isEmpty();
        assertThat(cluster.openContexts()).isLessThanOrEqualTo(contexts);
    }

    @Test
    void aSignalWhileWaitingForAnUnavailableClusterCancelsCleanly() throws Exception {
        DatasetFolder folder = new DatasetFolder(root, DATASET);
        try (FaultProxy proxy = FaultProxy.before(cluster.url(), 1)) {
            proxy.disturb(Kind.PAGE, n -> n > 4, exchange -> {
                if (exchange.number() > 8) {
                    reached.countDown();
                }
                exchange.reply(FaultProxy.REJECTED);
            });
            start(proxy, folder);
            reached.await();

            send("TERM");

            assertThat(process.waitFor()).isEqualTo(CANCELLED);
        }
        assertThat(folder.dumps()).isEmpty();
        assertThat(folder.leftOvers()).isEmpty();
    }

    private void start(FaultProxy proxy, DatasetFolder folder, String... more) throws IOException {
        Path jar = Path.of(System.getProperty("spillway.jar", "target/spillway.jar"));
        Assumptions.assumeTrue(Files.exists(jar), () -> "no packaged program at " + jar);
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-jar", jar.toString()));
        command.addAll(CommandRun.exportArguments(proxy.url(), index, folder, more));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("output.txt").toFile())
                .start();
    }

    private void send(String signal) throws IOException, InterruptedException {
        Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
        if (signal.equals("INT") && Files.exists(status)) {
            // A shell without job control starts background processes with SIGINT ignored, and Java keeps it so.
            boolean ignored = Files.readString(status, StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
            Assumptions.assumeFalse(ignored, "these tests run with SIGINT ignored");
        }
        assertThat(new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private static void assertVerified(Path dump) {
        CommandRun verification = CommandRun.verify(dump);
        assertThat(verification.exitCode()).as(verification.err()).isZero();
        assertThat(verification.out()).contains("100,000 documents");
    }
}
