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
 * Checks a kit with the server's own configuration check: the files are copied to a temporary folder with a small
 * configuration around them. No port is opened, and nothing outside that folder is written.
 */
public final class KitCheck {
    /** Each check takes a second or two; a longer one is killed. */
    private static final long LIMIT_SECONDS = 60;

    private static final int MOST_OUTPUT = 4_000;

    /** In addition to PATH, which often lacks them for users other than root. */
    private static final List<String> PROGRAM_FOLDERS = List.of("/usr/local/sbin", "/usr/sbin", "/sbin");

    private KitCheck() {}

    /** The outcome of a check. */
    public enum Outcome {
        /** The server accepts the kit. */
        PASSED,
        /** The server rejects the kit; see its output. */
        FAILED,
        /** The program is not installed. */
        NOT_INSTALLED
    }

    /**
     * The result of a check.
     *
     * @param outcome its outcome
     * @param output  the last 4,000 characters that the program printed; empty if it is not installed
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
                    "cannot run the check of %s: %s".formatted(kit.name(), e.getMessage()),
                    "make sure that the temporary folder is writable and %s is executable".formatted(program.get()),
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
        // Caddy looks for a storage folder even if it only checks.
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

    /** The first of these programs that is installed. */
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
            // Left to the system's cleanup of temporary files.
        }
    }
}
