package io.spillway.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A program of the machine, run to its end. A test that needs one is skipped, visibly, where it is not installed. */
public final class Tool {
    private static final long MOST_SECONDS = 60;

    private Tool() {}

    /**
     * How a program ended.
     *
     * @param exitCode its own
     * @param output   what it printed, to both streams
     */
    public record Ended(int exitCode, String output) {}

    /** Runs a program in a folder; one that does not end within a minute is killed, and the test fails. */
    public static Ended run(Path folder, String program, String... args) throws IOException, InterruptedException {
        Assumptions.assumeTrue(isInstalled(program), program + " is not installed here");
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(args));
        Path output = Files.createTempFile("tool", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError(String.join(" ", command) + " does not end: " + Files.readString(output));
            }
            return new Ended(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly().waitFor();
            Files.delete(output);
        }
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, program))
                .anyMatch(Files::isExecutable);
    }
}
