package io.spillway.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the JDKs of this machine. */
final class JavaHomes {
    private static final Path INSTALLED = Path.of("/usr/lib/jvm");

    private JavaHomes() {}

    /** A JDK with one of these feature versions: that of this process, otherwise one in {@code /usr/lib/jvm}. */
    static Optional<Path> between(int oldest, int newest) {
        int own = Runtime.version().feature();
        if (own >= oldest && own <= newest) {
            return Optional.of(Path.of(System.getProperty("java.home")));
        }
        if (!Files.isDirectory(INSTALLED)) {
            return Optional.empty();
        }
        try (Stream<Path> homes = Files.list(INSTALLED)) {
            return homes.filter(home -> feature(home) >= oldest && feature(home) <= newest)
                    .sorted()
                    .findFirst();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** The feature version of the JDK in a folder, or 0. */
    private static int feature(Path home) {
        if (!Files.isExecutable(home.resolve("bin/java")) || !Files.isReadable(home.resolve("release"))) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(home.resolve("release"))) {
            return lines.filter(line -> line.startsWith("JAVA_VERSION="))
                    .map(line -> line.replaceAll("^.*=|\"", "").replaceAll("_.*$", ""))
                    .mapToInt(text -> Runtime.Version.parse(text).feature())
                    .findFirst()
                    .orElse(0);
        } catch (IOException | IllegalArgumentException unreadable) {
            return 0;
        }
    }
}
