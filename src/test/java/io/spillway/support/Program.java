package io.spillway.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** The packaged program as a separate process, which can be stopped and killed. Closing it kills it. */
public final class Program implements AutoCloseable {
    private final Process process;
    private final Path output;

    private Program(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /**
     * Starts it with 256 MiB of heap. Skips the test visibly if it was not built.
     *
     * @param folder      receives its output
     * @param environment additional variables
     */
    public static Program start(Path folder, Map<String, String> environment, String... args) throws IOException {
        Path jar = Path.of(System.getProperty("spillway.jar", "target/spillway.jar"));
        Assumptions.assumeTrue(Files.isRegularFile(jar), "no packaged jar at " + jar + ": the build makes one");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                jar.toAbsolutePath().toString()));
        command.addAll(List.of(args));
        Path output = Files.createTempFile(folder, "output", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        return new Program(builder.start(), output);
    }

    /** Asks it to stop, as an init system does. */
    public void terminate() {
        assertThat(process.toHandle().destroy()).isTrue();
    }

    /** Kills it without warning, and waits until it has exited. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Stops it until {@link #resume}. It runs no more, and keeps its connections. */
    public void suspend() throws IOException, InterruptedException {
        send("STOP");
    }

    /** Lets it go on after {@link #suspend}. */
    public void resume() throws IOException, InterruptedException {
        send("CONT");
    }

    private void send(String signal) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + signal, String.valueOf(pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it is still running. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end. */
    public int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    /** Its command line in the list of processes, which every user can see; empty if the system does not show it. */
    public String commandLine() throws IOException {
        Path file = Path.of("/proc", String.valueOf(process.pid()), "cmdline");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    /** Its output so far, from both streams. */
    public String output() throws IOException {
        return Files.readString(output);
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
