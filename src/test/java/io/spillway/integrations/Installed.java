package io.spillway.integrations;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * Programs of the system that examples need. If one is missing, the test is skipped and names the package to install.
 */
final class Installed {
    /** The files that examples are started from. */
    static final Path EXAMPLES = Path.of("docs", "integrations").toAbsolutePath();

    private Installed() {}

    /** Debian's Python has Debian's modules. Another Python may come before it on the path. */
    static String python(String module, String debianPackage) throws IOException, InterruptedException {
        for (String python : List.of("/usr/bin/python3", "python3")) {
            if (ends(List.of(python, "-c", "import " + module))) {
                return python;
            }
        }
        return Assumptions.abort("no Python with " + module + ": install Debian's " + debianPackage);
    }

    /** Runs a command to its end, a minute at most; returns whether it exists and succeeded. */
    static boolean ends(List<String> command) throws IOException, InterruptedException {
        try {
            run(Path.of("").toAbsolutePath(), command);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Runs a command to its end, five minutes at most. Fails with its output if it is missing or fails. */
    static void run(Path folder, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException(command + ": " + said);
            }
        } finally {
            process.destroyForcibly();
        }
    }
}
