package io.spillway.demo;

import io.spillway.files.Folders;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Locates an unpacked server. */
final class ServerHome {
    private static final Logger LOG = LoggerFactory.getLogger(ServerHome.class);

    /** Where the build and the tests unpack servers. */
    private static final List<String> FOLDERS = List.of("elasticsearch", "servers");

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
            return homes.filter(Distribution::isNamedLikeOne)
                    .map(Distribution::at)
                    .filter(server -> !server.openSearch() && isUsable(folder, server))
                    .max(Comparator.comparing(Distribution::version))
                    .map(Distribution::home);
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /**
     * The unpacked server with this name, such as {@code opensearch-2.19.4}, next to the running jar or in {@code target}
     * in the working folder. Ignores a folder that other users can write to.
     */
    static Optional<Path> named(String name) {
        return Stream.concat(besideOurCode().stream(), Stream.of(Path.of("target")))
                .flatMap(folder -> FOLDERS.stream().map(folder::resolve))
                .filter(folder -> Files.isDirectory(folder.resolve(name)))
                .filter(folder -> isUsable(folder, Distribution.at(folder.resolve(name))))
                .map(folder -> folder.resolve(name))
                .findFirst();
    }

    private static boolean isUsable(Path folder, Distribution server) {
        return Files.isExecutable(server.executable())
                && isSafe(folder)
                && isSafe(server.home())
                && isSafe(server.executable());
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
