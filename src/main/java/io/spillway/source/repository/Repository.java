package io.spillway.source.repository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.source.repository.MetadataBlob.DamagedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The list of a repository's snapshots, read once: the file {@code index-N} with the highest N. Immutable. */
final class Repository {
    private static final Pattern LIST = Pattern.compile("index-(\\d{1,18})");
    private static final String LATEST = "index.latest";
    private static final String SHARD_PATHS = "snapshot_shard_paths";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final BlobStore store;
    private final String file;
    private final JsonNode root;

    private Repository(BlobStore store, String file, JsonNode root) {
        this.store = store;
        this.file = file;
        this.root = root;
    }

    /** There is no repository, or none that can be read. */
    static final class NoRepositoryException extends IOException {
        private static final long serialVersionUID = 1L;

        NoRepositoryException(String message) {
            super(message);
        }
    }

    /**
     * One snapshot in the list.
     *
     * @param name     its name
     * @param uuid     its UUID
     * @param state    its state
     * @param started  when it began
     * @param metadata the identifier of each index's metadata by the index's id; empty in a list of an old version
     */
    record Entry(String name, String uuid, State state, Instant started, JsonNode metadata) {}

    /** How a snapshot ended, by the number in the list. */
    enum State {
        IN_PROGRESS,
        SUCCESS,
        FAILED,
        PARTIAL,
        INCOMPATIBLE,
        UNKNOWN;

        static State of(int number) {
            return switch (number) {
                case 0 -> IN_PROGRESS;
                case 1 -> SUCCESS;
                case 2 -> FAILED;
                case 3 -> PARTIAL;
                case 4 -> INCOMPATIBLE;
                default -> UNKNOWN;
            };
        }
    }

    /**
     * Reads the newest list.
     *
     * @throws NoRepositoryException if there is none
     */
    static Repository read(BlobStore store) throws IOException {
        Map<String, Long> files = store.list("");
        long newest = -1;
        for (String name : files.keySet()) {
            Matcher list = LIST.matcher(name);
            newest = list.matches() ? Math.max(newest, Long.parseLong(list.group(1))) : newest;
        }
        if (files.getOrDefault(LATEST, 0L) == Long.BYTES) {
            long stated = ByteBuffer.wrap(readAll(store, LATEST)).getLong();
            // It is written after the list, so a lower number is one that is being replaced.
            if (stated > newest) {
                throw new DamagedException("%s names the list index-%d, which is missing".formatted(LATEST, stated));
            }
        }
        if (newest < 0) {
            throw new NoRepositoryException("there is no file index-N, the list of its snapshots");
        }
        String file = "index-" + newest;
        JsonNode root = json(store, file);
        if (!root.path("snapshots").isArray() || !root.path("indices").isObject()) {
            throw new DamagedException(file + " has no list of snapshots and indices");
        }
        return new Repository(store, file, root);
    }

    /** The file that this list was read from. */
    String file() {
        return file;
    }

    /** All snapshots, the newest first. Lists of OpenSearch and of old versions have no dates, so that each snapshot is read. */
    List<Entry> snapshots() throws IOException {
        List<Entry> found = new ArrayList<>();
        for (JsonNode each : root.path("snapshots")) {
            String uuid = each.path("uuid").asText();
            Instant started = instant(each.path("start_time_millis"));
            found.add(new Entry(
                    each.path("name").asText(),
                    uuid,
                    State.of(each.path("state").asInt(-1)),
                    started == null ? startOf(uuid) : started,
                    each.path("index_metadata_lookup")));
        }
        found.sort(
                Comparator.comparing(Entry::started, Comparator.reverseOrder()).thenComparing(Entry::name));
        return found;
    }

    private Instant startOf(String uuid) throws IOException {
        String path = "snap-" + uuid + ".dat";
        Instant started = instant(
                blob(store, path, MetadataBlob.SNAPSHOT).path("snapshot").path("start_time"));
        if (started == null) {
            throw new DamagedException(path + " has no start_time");
        }
        return started;
    }

    private static @Nullable Instant instant(JsonNode millis) {
        return millis.isIntegralNumber() ? Instant.ofEpochMilli(millis.asLong()) : null;
    }

    /** Whether the newest list still has a snapshot. */
    static boolean has(BlobStore store, String uuid) throws IOException {
        for (JsonNode each : read(store).root.path("snapshots")) {
            if (each.path("uuid").asText().equals(uuid)) {
                return true;
            }
        }
        return false;
    }

    /** The folder of a shard. OpenSearch may spread shards over folders, which a file of its own lists for each index. */
    String folder(String index, int shard) throws IOException {
        String id = id(index);
        String plain = "indices/%s/%d".formatted(id, shard);
        if (root.path("indices").path(index).path("shard_path_type").asInt(0) == 0) {
            return plain;
        }
        String start = "snapshot_path_" + id + ".";
        for (String name : store.list(SHARD_PATHS).keySet()) {
            if (name.startsWith(start)) {
                String path = json(store, SHARD_PATHS + "/" + name)
                        .path("paths")
                        .path(shard)
                        .asText();
                if (path.matches("[A-Za-z0-9_/-]*" + Pattern.quote(plain + "/"))) {
                    return path.substring(0, path.length() - 1);
                }
            }
        }
        throw new DamagedException(
                "no file in %s lists the folder of shard %d of the index \"%s\"".formatted(SHARD_PATHS, shard, index));
    }

    private String id(String index) throws DamagedException {
        String id = root.path("indices").path(index).path("id").asText();
        if (id.isEmpty()) {
            throw new DamagedException("%s does not list the index \"%s\"".formatted(file, index));
        }
        return id;
    }

    /** The path of an index's metadata in a snapshot. */
    String metadata(Entry snapshot, String index) throws DamagedException {
        String id = id(index);
        if (snapshot.metadata().isEmpty()) {
            return "indices/%s/meta-%s.dat".formatted(id, snapshot.uuid());
        }
        String identifier = snapshot.metadata().path(id).asText();
        String blob = root.path("index_metadata_identifiers").path(identifier).asText();
        if (blob.isEmpty()) {
            throw new DamagedException("%s does not list the metadata of the index \"%s\" in the snapshot \"%s\""
                    .formatted(file, index, snapshot.name()));
        }
        return "indices/%s/meta-%s.dat".formatted(id, blob);
    }

    private static JsonNode json(BlobStore store, String path) throws IOException {
        byte[] bytes = readAll(store, path);
        try {
            return JSON.readTree(bytes);
        } catch (IOException e) {
            throw new DamagedException(path + " is not JSON", e);
        }
    }

    /** Reads and checks a {@code .dat} file; a {@link DamagedException} names it. */
    static JsonNode blob(BlobStore store, String path, String codec) throws IOException {
        byte[] bytes = readAll(store, path);
        try {
            return MetadataBlob.parse(bytes, codec);
        } catch (DamagedException e) {
            throw new DamagedException(path + " " + e.getMessage(), e);
        }
    }

    private static byte[] readAll(BlobStore store, String path) throws IOException {
        try {
            return store.readAll(path);
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(path);
        }
    }
}
