package io.spillway.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.cli.Main;
import io.spillway.fault.Fault;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** The command line as a user runs it: in this process, or the packaged jar in a separate process. */
public final class Spillway {
    private Spillway() {}

    /** Runs a command in this process. */
    public static Outcome run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    /** {@code export} of an index, in this process, into {@code root}, as the dataset {@code records}. */
    public static Outcome export(TestCluster cluster, String index, Path root, String... more) {
        List<String> args = new ArrayList<>(List.of(
                "export",
                "--elasticsearch",
                cluster.url().toString(),
                "--index",
                index,
                "--dataset",
                "records",
                "--to",
                root.toString()));
        args.addAll(List.of(more));
        return run(args.toArray(new String[0]));
    }

    /**
     * Runs the packaged jar in a separate JVM with this much heap. Skips the test visibly if it was not built.
     *
     * @param folder receives its output
     */
    public static Outcome child(Path folder, int heapMebibytes, String... args)
            throws IOException, InterruptedException {
        return child(Path.of(System.getProperty("java.home")), folder, heapMebibytes, args);
    }

    /** The same on the JDK in a folder. */
    public static Outcome child(Path java, Path folder, int heapMebibytes, String... args)
            throws IOException, InterruptedException {
        Path jar = Path.of(System.getProperty("spillway.jar", "target/spillway.jar"));
        Assumptions.assumeTrue(Files.isRegularFile(jar), "no packaged jar at " + jar + ": the build makes one");
        List<String> command = new ArrayList<>(List.of(
                java.resolve("bin").resolve("java").toString(),
                "-Xmx" + heapMebibytes + "m",
                "-XX:+ExitOnOutOfMemoryError",
                "-jar",
                jar.toAbsolutePath().toString()));
        command.addAll(List.of(args));
        Path out = Files.createTempFile(folder, "out", ".txt");
        Path err = Files.createTempFile(folder, "err", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            int exitCode = process.waitFor();
            return new Outcome(exitCode, Files.readString(out), Files.readString(err));
        } finally {
            process.destroyForcibly();
        }
    }

    /**
     * The result of a command.
     *
     * @param exitCode what a shell sees
     * @param out      its output on stdout
     * @param err      its output on stderr
     */
    public record Outcome(int exitCode, String out, String err) {
        /** Fails, with all output, unless the command succeeded. */
        public Outcome succeeded() {
            assertThat(exitCode).as(err + out).isZero();
            return this;
        }

        /**
         * Fails unless the command failed with this code and printed the error as promised: one line {@code error:}, at
         * most one line {@code hint:}, no result and no stack trace. Only mistakes in a schedule may have no hint: each
         * of their messages contains the right form.
         */
        public Outcome refused(int expected) {
            assertThat(exitCode).as(err + out).isEqualTo(expected);
            assertThat(err.lines().filter(line -> line.startsWith("error: ")))
                    .as(err)
                    .hasSize(1);
            assertThat(err.lines().filter(line -> line.startsWith("hint:  ")))
                    .as(err)
                    .hasSizeBetween(expected == Fault.CONFIG.exitCode() ? 0 : 1, 1);
            assertThat(err.lines().filter(line -> line.startsWith("\tat ") || line.startsWith("Caused by:")))
                    .as(err)
                    .isEmpty();
            assertThat(out).isEmpty();
            return this;
        }
    }
}
