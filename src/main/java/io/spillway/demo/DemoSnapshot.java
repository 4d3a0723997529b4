package io.spillway.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spillway.fault.SpillwayException;
import io.spillway.files.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A temporary folder for a snapshot repository. Closing it removes the folder. Used by one thread. */
public final class DemoSnapshot implements AutoCloseable {
    private static final String NAME = "demo";

    private final Path folder;

    private DemoSnapshot(Path folder) {
        this.folder = folder;
    }

    /** Makes a folder in which a server can write. The caller closes it. */
    public static DemoSnapshot create() throws IOException {
        Path folder = Files.createTempDirectory("spillway-demo-snapshot-").toRealPath();
        // A server that root starts runs as another user.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        return new DemoSnapshot(folder);
    }

    /** Lets the server write repositories in the folder. */
    public ElasticsearchServer.Builder allow(ElasticsearchServer.Builder server) {
        return server.setting("path.repo", folder.toString());
    }

    /** The directory of the repository; it exists after {@link #take}. */
    public Path repository() {
        return folder.resolve("repository");
    }

    /**
     * Registers the repository and takes a snapshot of all indices.
     *
     * @param server was started with {@link #allow}
     * @throws SpillwayException SOURCE_UNAVAILABLE if the server does not answer, SOURCE_REFUSED if it rejects a request
     */
    public void take(ElasticsearchServer server) throws SpillwayException, InterruptedException {
        DemoRecords.Target target = new DemoRecords.Target(server.url());
        target.send(
                "PUT",
                "/_snapshot/" + NAME,
                "application/json",
                "{\"type\":\"fs\",\"settings\":{\"location\":\"%s\"}}"
                        .formatted(repository())
                        .getBytes(UTF_8));
        target.send(
                "PUT",
                "/_snapshot/" + NAME + "/nightly?wait_for_completion=true",
                "application/json",
                "{\"include_global_state\":false}".getBytes(UTF_8));
    }

    @Override
    public void close() throws IOException {
        Folders.remove(folder);
    }
}
