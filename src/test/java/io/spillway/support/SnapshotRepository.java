package io.spillway.support;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A snapshot repository of the type {@code fs} that a real server writes, in a directory that the test reads and copies. */
public final class SnapshotRepository {
    private static final JsonMapper JSON = new JsonMapper();

    private final TestCluster cluster;
    private final String name;
    private final Path directory;
    /** The second in which the newest snapshot started. */
    private long last;

    private SnapshotRepository(TestCluster cluster, String name, Path directory) {
        this.cluster = cluster;
        this.name = name;
        this.directory = directory;
    }

    /** A folder for repositories, in which a server under another user can write; deleted when this JVM ends. */
    static Path folder() throws IOException {
        Path folder = Files.createTempDirectory("spillway-repositories-").toRealPath();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteTree(folder)));
        return folder;
    }

    static SnapshotRepository register(TestCluster cluster, Path parent, String name, String settings)
            throws IOException, InterruptedException {
        Path directory = parent.resolve(name);
        cluster.request(
                "PUT", "/_snapshot/" + name, """
                {"type": "fs", "settings": {"location": "%s"%s}}
                """.formatted(directory, settings.isEmpty() ? "" : ", " + settings));
        return new SnapshotRepository(cluster, name, directory);
    }

    /**
     * Takes a snapshot of these indices or patterns, joined by commas, and waits for its end. It starts in a later second than
     * the one taken before, because dumps are named by the second.
     */
    public void take(String snapshot, String indices) throws IOException, InterruptedException {
        take(snapshot, indices, "");
    }

    /** The same with more members of the request. */
    public void take(String snapshot, String indices, String more) throws IOException, InterruptedException {
        long second = takeOnce(snapshot, indices, more);
        while (second == last) {
            delete(snapshot);
            second = takeOnce(snapshot, indices, more);
        }
        last = second;
    }

    private long takeOnce(String snapshot, String indices, String more) throws IOException, InterruptedException {
        String answer = cluster.request(
                "PUT",
                "/_snapshot/%s/%s?wait_for_completion=true".formatted(name, snapshot),
                "{\"indices\":\"%s\",\"include_global_state\":false%s}".formatted(indices, more));
        return JSON.readTree(answer).at("/snapshot/start_time_in_millis").asLong() / 1000;
    }

    /** Deletes a snapshot. */
    public void delete(String snapshot) throws IOException, InterruptedException {
        cluster.request("DELETE", "/_snapshot/%s/%s".formatted(name, snapshot), null);
    }

    /** The name that the server knows. */
    public String name() {
        return name;
    }

    /** The directory that the server writes. */
    public Path directory() {
        return directory;
    }

    /** A copy of the directory that the test may damage. */
    public Path copy(Path target) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, target.resolve(directory.relativize(file).toString()));
            }
        }
        return target;
    }

    /** All files, relative to the directory, sorted. */
    public static List<String> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return new ArrayList<>(files.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString())
                    .sorted()
                    .toList());
        }
    }

    private static void deleteTree(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
