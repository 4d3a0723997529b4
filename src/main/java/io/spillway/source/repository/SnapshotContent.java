package io.spillway.source.repository;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.source.repository.MetadataBlob.DamagedException;
import io.spillway.source.repository.Repository.Entry;
import io.spillway.source.repository.ShardReader.UnknownFormatException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What one snapshot says about itself, and the metadata of its indices, read when it is needed. Not thread-safe. */
final class SnapshotContent {
    /** OpenSearch marks the numbers of its versions with this bit. */
    private static final int OPENSEARCH = 0x08000000;
    /** From here on, Elasticsearch counts versions of indices. */
    private static final int FIRST_OF_INDICES = 8_500_000;

    private static final int MAJOR = 1_000_000;
    private static final int ELASTICSEARCH_WITH_LUCENE_10 = 9;
    private static final int OPENSEARCH_WITH_LUCENE_10 = 3;

    private final BlobStore store;
    private final Repository repository;
    private final Entry entry;
    private final JsonNode info;
    private final Map<String, IndexMetadata> metadata = new HashMap<>();
    private @Nullable Map<String, DataStream> streams;
    private @Nullable Map<String, List<String>> streamAliases;

    private SnapshotContent(BlobStore store, Repository repository, Entry entry, JsonNode info) {
        this.store = store;
        this.repository = repository;
        this.entry = entry;
        this.info = info;
    }

    /**
     * A data stream.
     *
     * @param indices its backing indices
     * @param hidden  whether patterns leave it out
     */
    record DataStream(List<String> indices, boolean hidden) {}

    /**
     * An index in a snapshot.
     *
     * @param name     its name
     * @param shards   number of its primary shards
     * @param mapping  its mapping
     * @param settings its own flat settings
     * @param aliases  its aliases by name
     */
    record IndexMetadata(String name, int shards, JsonNode mapping, JsonNode settings, JsonNode aliases) {
        boolean isHidden() {
            return settings.path("index.hidden").asBoolean();
        }

        boolean isOfOpenSearch() {
            return (created() & OPENSEARCH) != 0;
        }

        /** The oldest major version of Lucene that can have written it. */
        int oldestLucene() {
            int version = (created() & ~OPENSEARCH) / MAJOR;
            return version >= (isOfOpenSearch() ? OPENSEARCH_WITH_LUCENE_10 : ELASTICSEARCH_WITH_LUCENE_10) ? 10 : 0;
        }

        private int created() {
            return settings.path("index.version.created").asInt();
        }
    }

    /** Reads the snapshot's own description, and compares it with the list. */
    static SnapshotContent read(BlobStore store, Repository repository, Entry entry) throws IOException {
        String path = "snap-" + entry.uuid() + ".dat";
        JsonNode info = Repository.blob(store, path, MetadataBlob.SNAPSHOT).path("snapshot");
        boolean same = info.path("name").asText().equals(entry.name())
                && info.path("uuid").asText().equals(entry.uuid())
                && info.path("state").asText().equals(entry.state().name())
                && info.path("start_time").isIntegralNumber()
                && info.path("end_time").isIntegralNumber();
        if (!same || !entry.started().equals(instant(info.path("start_time")))) {
            throw new DamagedException(
                    "%s disagrees with %s about the snapshot \"%s\"".formatted(path, repository.file(), entry.name()));
        }
        if (info.path("remote_store_index_shallow_copy").asBoolean()
                || info.path("pinned_timestamp").asLong() > 0) {
            throw new UnknownFormatException(
                    "it is a shallow copy, whose documents are in a remote store of OpenSearch", null);
        }
        return new SnapshotContent(store, repository, entry, info);
    }

    /** Its entry in the list. */
    Entry entry() {
        return entry;
    }

    /** When it began. */
    Instant started() {
        return instant(info.path("start_time"));
    }

    /** When it ended. */
    Instant ended() {
        return instant(info.path("end_time"));
    }

    private static Instant instant(JsonNode millis) {
        return Instant.ofEpochMilli(millis.asLong());
    }

    /** The version of the server, or null where a snapshot has only the version of its indices: Elasticsearch 8.11 and later. */
    @Nullable
    String serverVersion() {
        int id = info.path("version_id").asInt();
        if (id <= 0 || (id < OPENSEARCH && id >= FIRST_OF_INDICES)) {
            return null;
        }
        int version = id & ~OPENSEARCH;
        return "%d.%d.%d".formatted(version / MAJOR, version / 10_000 % 100, version / 100 % 100);
    }

    /** The folder of a shard of one of its indices. */
    String folder(String index, int shard) throws IOException {
        return repository.folder(index, shard);
    }

    /** The names of its indices. */
    List<String> indices() {
        List<String> names = new ArrayList<>();
        info.path("indices").forEach(name -> names.add(name.asText()));
        return names;
    }

    /** The shards that are not in it, for messages. */
    List<String> failures() {
        List<String> failed = new ArrayList<>();
        for (JsonNode failure : info.path("failures")) {
            failed.add("[%s][%s] %s"
                    .formatted(
                            failure.path("index").asText(),
                            failure.path("shard_id").asText(),
                            failure.path("reason").asText()));
        }
        return failed;
    }

    /** The metadata of one of its indices. */
    IndexMetadata index(String name) throws IOException {
        IndexMetadata known = metadata.get(name);
        if (known == null) {
            known = readIndex(name);
            metadata.put(name, known);
        }
        return known;
    }

    private IndexMetadata readIndex(String name) throws IOException {
        String path = repository.metadata(entry, name);
        JsonNode index = Repository.blob(store, path, MetadataBlob.INDEX).path(name);
        JsonNode settings = index.path("settings");
        int shards = settings.path("index.number_of_shards").asInt();
        if (!settings.isObject() || shards < 1) {
            throw new DamagedException(path + " has no settings of the index \"" + name + "\"");
        }
        return new IndexMetadata(name, shards, mapping(path, index.path("mappings")), settings, index.path("aliases"));
    }

    /** The one mapping of an index, plain or compressed; an object without fields if there is none. */
    private static JsonNode mapping(String path, JsonNode mappings) throws IOException {
        if (mappings.isEmpty()) {
            return mappings;
        } else if (mappings.size() > 1) {
            throw new DamagedException(path + " has several mappings");
        }
        for (JsonNode each : mappings) {
            JsonNode mapping = each;
            if (each.isBinary()) {
                byte[] bytes = each.binaryValue();
                mapping = MetadataBlob.body(bytes, 0, bytes.length);
            }
            if (mapping.isObject() && mapping.size() == 1) {
                return mapping.iterator().next();
            }
        }
        throw new DamagedException(path + " has an unreadable mapping");
    }

    /** Its data streams by name. */
    Map<String, DataStream> dataStreams() throws IOException {
        readStreams();
        return streams == null ? Map.of() : streams;
    }

    /** The data streams behind each alias of data streams. */
    Map<String, List<String>> dataStreamAliases() throws IOException {
        readStreams();
        return streamAliases == null ? Map.of() : streamAliases;
    }

    private void readStreams() throws IOException {
        if (streams != null || info.path("data_streams").isEmpty()) {
            return;
        }
        JsonNode all = Repository.blob(store, "meta-" + entry.uuid() + ".dat", MetadataBlob.GLOBAL)
                .path("meta-data")
                .path("data_stream");
        Map<String, DataStream> found = new TreeMap<>();
        all.path("data_stream").properties().forEach(stream -> {
            List<String> indices = new ArrayList<>();
            stream.getValue()
                    .path("indices")
                    .forEach(index -> indices.add(index.path("index_name").asText()));
            found.put(
                    stream.getKey(),
                    new DataStream(indices, stream.getValue().path("hidden").asBoolean()));
        });
        Map<String, List<String>> aliases = new TreeMap<>();
        all.path("data_stream_aliases").properties().forEach(alias -> {
            // With a filter, the alias shows less than its data streams.
            if (alias.getValue().path("filter").isEmpty()) {
                TreeSet<String> names = new TreeSet<>();
                alias.getValue().path("data_streams").forEach(name -> names.add(name.asText()));
                aliases.put(alias.getKey(), List.copyOf(names));
            } else {
                aliases.put(alias.getKey(), List.of());
            }
        });
        streams = found;
        streamAliases = aliases;
    }
}
