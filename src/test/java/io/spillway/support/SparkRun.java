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
import java.util.stream.Stream;

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
     * Starts it. Temporary files of the driver and of executors are in {@code tmp} of the folder. Nothing listens on another address than loopback, and no port is fixed.
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
        String options = "-XX:TieredStopAtLevel=1 -Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp"));
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
                "spark.driver.extraJavaOptions=" + options,
                "--conf",
                "spark.executor.extraJavaOptions=" + options,
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
        List<ProcessHandle> alive = executors(driver.toHandle());
        executors.addAll(alive);
        return alive;
    }

    /** The executors below a process, such as a worker. */
    public static List<ProcessHandle> executors(ProcessHandle parent) {
        return parent.descendants()
                .filter(child -> child.info().commandLine().orElse("").contains(EXECUTOR))
                .toList();
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

    /** Stops the driver, as a hypervisor does that moves a machine. */
    public void pause() throws IOException, InterruptedException {
        executors();
        signal(driver.toHandle(), "STOP");
    }

    /** Lets it continue. */
    public void resume() throws IOException, InterruptedException {
        signal(driver.toHandle(), "CONT");
    }

    /** Sends a signal, such as STOP or CONT, to a process. */
    public static void signal(ProcessHandle process, String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .inheritIO()
                .start();
        assertThat(kill.waitFor()).isZero();
    }

    /** The command lines of the driver and of its executors that run now. */
    public List<String> commandLines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (ProcessHandle process : Stream.concat(Stream.of(driver.toHandle()), executors().stream())
                .toList()) {
            // The whole line: that of the handle ends after a page of memory.
            lines.add(Files.readString(Path.of("/proc", String.valueOf(process.pid()), "cmdline")));
        }
        return lines;
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
