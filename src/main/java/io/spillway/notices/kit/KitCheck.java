package io.spillway.notices.kit;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.files.ChildEnvironment;
import io.spillway.files.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Asks a server whether it accepts a kit: the same files, in a folder of their own with a small configuration around them,
 * which the installed program reads with its own check. Nothing listens, and nothing outside that folder is written.
 */
public final class KitCheck {
    /** Each answers within a second or two; one that does not is ended. */
    private static final long LIMIT_SECONDS = 60;

    private static final int MOST_OUTPUT = 4_000;

    /** Beside those of PATH, which often lacks them for people who are not root. */
    private static final List<String> PROGRAM_FOLDERS = List.of("/usr/local/sbin", "/usr/sbin", "/sbin");

    private KitCheck() {}

    /** How a check ended. */
    public enum Outcome {
        /** The server accepts the kit. */
        PASSED,
        /** It does not; what it printed says why. */
        FAILED,
        /** There is no such program here. */
        NOT_INSTALLED
    }

    /**
     * What came of a check.
     *
     * @param outcome how it ended
     * @param output  what the program printed, at most its last 4,000 characters; empty where there is none
     */
    public record Result(Outcome outcome, String output) {}

    /**
     * Checks a kit, for at most a minute.
     *
     * @throws SpillwayException the temporary folder cannot be written, or the program cannot be started
     */
    public static Result run(ServerKit kit, KitSite site) throws SpillwayException, InterruptedException {
        Optional<Path> program = program(kit.trial(site).programs());
        if (program.isEmpty()) {
            return new Result(Outcome.NOT_INSTALLED, "");
        }
        Path folder = null;
        try {
            folder = Files.createTempDirectory("spillway-kit");
            return run(kit, site.in(folder), program.get());
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the check of %s could not be run: %s".formatted(kit.name(), e.getMessage()),
                    "a temporary folder has to be writable, and %s has to be executable".formatted(program.get()),
                    e);
        } finally {
            if (folder != null) {
                remove(folder);
            }
        }
    }

    private static Result run(ServerKit kit, KitSite site, Path program) throws IOException, InterruptedException {
        Path home = Files.createDirectories(site.kit(kit));
        Trial trial = kit.trial(site);
        List<KitFile> files = new ArrayList<>(kit.files(site));
        files.addAll(trial.files());
        for (KitFile file : files) {
            Files.writeString(home.resolve(file.name()), file.text());
        }
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(trial.options());
        Path output = site.folder().resolve("output");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        ChildEnvironment.limit(builder);
        // Caddy looks for a place to keep things in even where it only checks.
        builder.environment().putAll(Map.of("HOME", home.toString(), "XDG_DATA_HOME", home.toString()));
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                return new Result(Outcome.FAILED, "no answer within " + LIMIT_SECONDS + " seconds");
            }
        } finally {
            process.destroyForcibly();
        }
        return new Result(process.exitValue() == 0 ? Outcome.PASSED : Outcome.FAILED, end(output));
    }

    /** The first of these programs that there is. */
    static Optional<Path> program(List<String> names) {
        List<String> folders =
                new ArrayList<>(List.of(System.getenv().getOrDefault("PATH", "").split(":")));
        folders.addAll(PROGRAM_FOLDERS);
        return names.stream()
                .flatMap(name -> folders.stream()
                        .filter(folder -> folder.startsWith("/"))
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static String end(Path output) throws IOException {
        try (InputStream in = Files.newInputStream(output)) {
            String text = new String(in.readNBytes(1 << 20), StandardCharsets.UTF_8).strip();
            return text.length() <= MOST_OUTPUT ? text : text.substring(text.length() - MOST_OUTPUT);
        }
    }

    private static void remove(Path folder) {
        try {
            Folders.remove(folder);
        } catch (IOException e) {
            // Left to the system's cleaning of temporary files.
        }
    }
}
