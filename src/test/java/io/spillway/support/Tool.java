package io.spillway.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * An external program, run to its end as a child of this JVM. Tests that need a missing program are skipped visibly.
 */
public final class Tool {
    private static final long MINUTES = 3;

    private Tool() {}

    /** The result of a program, and all its output. */
    public record Result(int exitCode, String output) {}

    /** The path of the first of these programs that is installed. */
    public static Optional<Path> find(String... names) {
        return Stream.of(names)
                .flatMap(name -> Stream.of(
                                System.getenv().getOrDefault("PATH", "").split(":", -1))
                        .map(folder -> Path.of(folder).resolve(name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** The path of a program; skips the test if it is not installed. */
    public static Path require(String name, String debianPackage) {
        return find(name)
                .orElseGet(() -> Assumptions.abort(name + " is not installed here: apt-get install " + debianPackage));
    }

    /** Runs a program in a folder; skips the test if it is not installed. */
    public static Result run(Path folder, String program, String... args) throws IOException, InterruptedException {
        require(program, program);
        return run(folder, Stream.concat(Stream.of(program), Stream.of(args)).toList());
    }

    /** Runs a command in a folder, without input; fails if it does not end. */
    public static Result run(Path folder, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("spillway-tool", ".txt");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
                String said = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
                assertThat(ended).as(command + " did not end: " + said).isTrue();
                return new Result(process.exitValue(), said);
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } finally {
            Files.delete(output);
        }
    }
}
