package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.Spark;
import io.spillway.support.SparkRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The adapter for Spark alone, with a small jar in place of Spillway's: {@code src/test/resources/fake-spillway}. */
// With the time to fetch Spark, once.
@Timeout(value = 12, unit = TimeUnit.MINUTES)
class SparkAdapterIT {
    private static final int SLICES = 4;
    private static final int CONFIG = 20;
    private static final int UNAVAILABLE = 50;
    private static final int CANCELLED = 130;

    @TempDir
    private static Path built;

    private static Path fake;

    @TempDir
    private Path folder;

    @BeforeAll
    static void compile() throws IOException {
        Path sources = Path.of("src/test/resources/fake-spillway");
        Path classes = built.resolve("classes");
        List<String> arguments = new ArrayList<>(List.of("--release", "17", "-d", classes.toString()));
        try (Stream<Path> files = Files.list(sources)) {
            files.map(Path::toString).forEach(arguments::add);
        }
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
                .isZero();
        // Another name than the usual one, which a setting then names.
        fake = built.resolve("fake.jar");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(fake));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                jar.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, jar);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.5.6", "4.2.0"})
    void eachSliceHasOneResultFromAJarThatDoesNotSeeSpark(String version) throws Exception {
        try (SparkRun run = start(version, "local-cluster[2,1,1024]", "plain")) {
            assertThat(run.exitCode()).as(run.output()).isZero();

            assertThat(results())
                    .containsExactlyInAnyOrder(
                            "0 done true true", "1 done true true", "2 done true true", "3 done true true");
            assertThat(run.output()).contains("context class loader is restored: true");
        }
    }

    @Test
    void aSliceThatThrowsIsTriedAgainUnderAnotherNameAndThenEndsTheRun() throws Exception {
        try (SparkRun run = start("3.5.6", "local[2,3]", "fail")) {
            assertThat(run.exitCode()).as(run.output()).isEqualTo(UNAVAILABLE);

            assertThat(Files.readAllLines(folder.resolve("attempts.1")))
                    .hasSize(3)
                    .doesNotHaveDuplicates();
            assertThat(run.output().lines().filter(line -> line.startsWith("error: ")))
                    .singleElement()
                    .asString()
                    .contains("failed 3 times", "the source does not answer");
            assertThat(run.output())
                    .contains("Caused by: ", "connection reset")
                    .doesNotContain("ClassNotFoundException");
        }
    }

    @Test
    void aResultThatInterruptsTheExportCancelsTheOtherSlicesAndWaitsUntilTheyHaveCleanedUp() throws Exception {
        try (SparkRun run = start("4.2.0", "local[2]", "refuse")) {
            assertThat(run.exitCode()).as(run.output()).isEqualTo(CONFIG);

            assertThat(run.output()).contains("files of tasks: 0");
            assertThat(Files.readAllLines(folder.resolve("attempts.0"))).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.5.6", "4.2.0"})
    void sigtermCancelsTheSlicesBeforeSparkEndsTheExecutors(String version) throws Exception {
        try (SparkRun run = start(version, "local-cluster[2,1,1024]", "block")) {
            await(run, "0.part");
            await(run, "1.part");

            run.terminate();

            assertThat(run.exitCode()).as(run.output()).isEqualTo(CANCELLED);
            assertThat(run.output()).contains("files of tasks: 0");
            assertThat(folder.resolve("0.removed")).exists();
            assertThat(folder.resolve("1.removed")).exists();
            run.awaitExecutors();
        }
    }

    private SparkRun start(String version, String master, String mode) throws Exception {
        Path work = Files.createDirectories(folder.resolve("run"));
        return SparkRun.start(
                Spark.version(version),
                work,
                master,
                fake,
                Map.of("spark.spillway.jar", "fake.jar"),
                Map.of(),
                folder.toString(),
                mode,
                String.valueOf(SLICES));
    }

    private List<String> results() throws IOException {
        return Files.readAllLines(folder.resolve("results"));
    }

    /** Waits for a file that a task creates. */
    private void await(SparkRun run, String name) throws Exception {
        try (WatchService watch = folder.getFileSystem().newWatchService()) {
            folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            while (!Files.exists(folder.resolve(name))) {
                assertThat(run.isAlive()).as(run.output()).isTrue();
                var key = watch.poll(1, TimeUnit.SECONDS);
                if (key != null) {
                    key.pollEvents();
                    key.reset();
                }
            }
        }
    }
}
