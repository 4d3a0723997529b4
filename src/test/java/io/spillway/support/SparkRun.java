package io.spillway.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An export on Spark: {@code spark-submit … spillway-spark.jar export ARGUMENTS} as a process of its own. Closing it kills the
 * driver and its executors.
 */
public final class SparkRun implements AutoCloseable {
    private static final String EXECUTOR = "CoarseGrainedExecutorBackend";

    private final Process driver;
    private final Path libraries;
    private final Path output;
    private final Set<ProcessHandle> executors = new LinkedHashSet<>();

    private SparkRun(Process driver, Path libraries, Path output) {
        this.driver = driver;
        this.libraries = libraries;
        this.output = output;
    }

    /**
     * Starts it. Nothing listens on another address than loopback, and no port is fixed.
     *
     * @param folder      of this run: its output, the SPARK_HOME with the work folders of executors
     * @param jar         Spillway's
     * @param settings    of Spark, besides those
     * @param environment additional variables of the driver and of executors that are its children
     * @param arguments   as after {@code export}
     */
    public static SparkRun start(
            Spark spark,
            Path folder,
            String master,
            Path jar,
            Map<String, String> settings,
            Map<String, String> environment,
            String... arguments)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(
                "org.apache.spark.deploy.SparkSubmit",
                "--master",
                master,
                "--class",
                "io.spillway.spark.SparkExport",
                "--files",
                jar.toAbsolutePath().toString(),
                "--conf",
                "spark.ui.enabled=false",
                // The first compiler alone, as in the unit tests: short runs end before the second one pays.
                "--conf",
                "spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1",
                "--conf",
                "spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1",
                "--conf",
                "spark.driver.host=127.0.0.1",
                "--conf",
                "spark.driver.bindAddress=127.0.0.1",
                "--conf",
                "spark.local.dir=" + folder.resolve("local")));
        settings.forEach((name, value) -> words.addAll(List.of("--conf", name + "=" + value)));
        words.addAll(List.of(Spark.adapter().toString(), "export"));
        words.addAll(List.of(arguments));
        Files.createDirectories(folder.resolve("local"));
        Path output = folder.resolve("output.txt");
        Path home = Files.createDirectories(folder.resolve("home"));
        Path libraries =
                Files.createSymbolicLink(home.resolve("jars"), spark.home().resolve("jars"));
        ProcessBuilder builder = spark.command(home, words.toArray(String[]::new))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        return new SparkRun(builder.start(), libraries, output);
    }

    /** Its executors that run now, if they are its children. */
    public List<ProcessHandle> executors() {
        List<ProcessHandle> alive = driver.descendants()
                .filter(child -> child.info().commandLine().orElse("").contains(EXECUTOR))
                .toList();
        executors.addAll(alive);
        return alive;
    }

    /** Asks the driver to stop, as an init system does. */
    public void terminate() {
        executors();
        assertThat(driver.toHandle().destroy()).isTrue();
    }

    /** Kills the driver without warning, and waits until it has exited. */
    public void kill() throws InterruptedException {
        executors();
        driver.destroyForcibly().waitFor();
    }

    /** Whether the driver is running. */
    public boolean isAlive() {
        return driver.isAlive();
    }

    /** Waits for the end of the driver. */
    public int exitCode() throws InterruptedException {
        return driver.waitFor();
    }

    /** The output of the driver so far, from both streams, with Spark's log. */
    public String output() throws IOException {
        return Files.readString(output);
    }

    /** Waits for the end of all executors that a call of {@link #executors} has seen. */
    public void awaitExecutors() {
        executors.forEach(executor -> executor.onExit().join());
    }

    @Override
    public void close() throws IOException, InterruptedException {
        executors();
        driver.destroyForcibly().waitFor();
        executors.forEach(ProcessHandle::destroyForcibly);
        awaitExecutors();
        Files.delete(libraries);
    }
}
