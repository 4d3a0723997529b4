package io.spillway.demo;

import io.spillway.files.Folders;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Locates an unpacked server. */
final class ServerHome {
    private static final Logger LOG = LoggerFactory.getLogger(ServerHome.class);

    private ServerHome() {}

    /** See {@link ElasticsearchServer#findHome()}. */
    static Optional<Path> find() {
        String named = System.getProperty(ElasticsearchServer.HOME_PROPERTY, "");
        if (!named.isBlank()) {
            return Optional.of(Path.of(named));
        }
        return Stream.concat(besideOurCode().stream(), Stream.of(Path.of("target")))
                .flatMap(folder -> newest(folder.resolve("elasticsearch")).stream())
                .findFirst();
    }

    private static Optional<Path> besideOurCode() {
        var source = ServerHome.class.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(Path.of(source.getLocation().toURI()).getParent());
        } catch (URISyntaxException | IllegalArgumentException notAFile) {
            return Optional.empty();
        }
    }

    /**
     * The unpacked server with the highest version in this folder. Skips folders without a start script, and servers
     * that other users could have placed or modified.
     */
    static Optional<Path> newest(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> homes = Files.list(folder)) {
            return homes.filter(home -> home.getFileName().toString().matches("elasticsearch-\\d.*"))
                    .filter(home -> Files.isExecutable(executable(home)))
                    .filter(home -> isSafe(folder) && isSafe(home) && isSafe(executable(home)))
                    .max(Comparator.comparing(
                            home -> Version.parse(home.getFileName().toString().substring("elasticsearch-".length()))));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** The start script of a server. */
    static Path executable(Path home) {
        return home.resolve("bin/elasticsearch");
    }

    private static boolean isSafe(Path path) {
        try {
            if (!Folders.isWritableByOthers(path)) {
                return true;
            }
        } catch (IOException unknown) {
            LOG.warn("skipping a server: cannot read its permissions path={} cause=\"{}\"", path, unknown.toString());
            return false;
        }
        LOG.warn("skipping a server that other users can write to path={} hint=\"chmod go-w\"", path);
        return false;
    }
}
