package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Vectors;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How an index keeps its documents. Accepts what is known to return the bytes that were stored and refuses everything
 * else, so that a mode of a newer server is not published by mistake.
 */
final class SourceStorage {
    private static final String STORED = "stored";
    /** Modes that store documents as they come, unless {@code index.mapping.source.mode} has another value. */
    private static final Set<String> STORED_BY_DEFAULT = Set.of("standard", "lookup", "vectordb_document");
    /** Modes that can store documents as they come, where {@code index.mapping.source.mode} is {@code stored}. */
    private static final Set<String> STORED_ON_REQUEST = Set.of("logsdb", "time_series");

    private static final Set<String> SOURCE_PARAMETERS = Set.of("enabled", "mode", "includes", "excludes");

    private SourceStorage() {}

    /**
     * Checks one index.
     *
     * @param mapping  its mapping
     * @param settings its flat settings, with the defaults
     * @return whether the server rebuilds vectors in its documents, which {@code vectors} allows
     * @throws SpillwayException SOURCE_REFUSED where its documents would not come as they were stored
     */
    static boolean check(String index, JsonNode mapping, IndexSettings settings, Vectors vectors)
            throws SpillwayException {
        JsonNode source = mapping.path("_source");
        requireWhole(index, source);
        requireStored(index, source.path("mode").textValue(), settings);
        Set<String> vectorFields = vectorFields(mapping);
        if (vectorFields.isEmpty() || !settings.get("index.mapping.exclude_source_vectors", "false").equals("true")) {
            return false;
        }
        if (vectors == Vectors.STOP) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "index \"%s\" leaves vectors out of _source and rewrites the other values: %s"
                            .formatted(index, String.join(", ", vectorFields)),
                    "publish what the server rebuilds with source.vectors: rebuilt (--vectors rebuilt), where digits of"
                            + " numbers may differ; or index the documents again into an index with"
                            + " index.mapping.exclude_source_vectors: false");
        }
        return true;
    }

    private static void requireWhole(String index, JsonNode source) throws SpillwayException {
        if (!source.path("enabled").asBoolean(true)) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "index \"" + index + "\" does not keep its documents: _source is disabled",
                    "index the documents again into an index that keeps _source");
        }
        if (!source.path("includes").isEmpty() || !source.path("excludes").isEmpty()) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "index \"" + index + "\" keeps only a part of its documents: _source has includes or excludes",
                    "index the documents again into an index that keeps all of _source");
        }
        List<String> unknown = source.properties().stream()
                .map(Map.Entry::getKey)
                .filter(name -> !SOURCE_PARAMETERS.contains(name))
                .toList();
        if (!unknown.isEmpty()) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "index \"%s\" keeps its documents in an unknown way: _source has %s".formatted(index, unknown),
                    "index the documents again into an index without these parameters of _source");
        }
    }

    /** The mapping's own mode counts more than a default setting, as it does for the server. */
    private static void requireStored(String index, @Nullable String mapped, IndexSettings settings)
            throws SpillwayException {
        String indexMode = settings.get("index.mode", "standard").toLowerCase(Locale.ROOT);
        boolean storedByDefault = STORED_BY_DEFAULT.contains(indexMode);
        String set = settings.own("index.mapping.source.mode");
        String mode = mapped != null
                ? mapped
                : settings.get("index.mapping.source.mode", storedByDefault ? STORED : "synthetic");
        if (mode.equalsIgnoreCase("disabled") || (set != null && set.equalsIgnoreCase("disabled"))) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "index \"" + index
                            + "\" does not keep its documents: _source is disabled (index.mapping.source.mode)",
                    "index the documents again into an index that keeps _source");
        }
        boolean stored = mode.equalsIgnoreCase(STORED) && (set == null || set.equalsIgnoreCase(STORED));
        boolean known = storedByDefault || STORED_ON_REQUEST.contains(indexMode);
        if (!stored || !known) {
            String other = stored ? mode : set != null ? set : mode;
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    ("index \"%s\" makes its documents up from other fields: _source is synthetic or not known to be"
                                    + " stored (index.mode %s, index.mapping.source.mode %s)")
                            .formatted(index, indexMode, other.toLowerCase(Locale.ROOT)),
                    "their order, duplicates and digits are not what was indexed; export an index with stored _source");
        }
    }

    /** Fields whose values a server may take out of the source and keep elsewhere, multi-fields included. */
    private static Set<String> vectorFields(JsonNode mapping) {
        Set<String> found = new TreeSet<>();
        MappedFields.of(List.of(mapping)).types().forEach((path, types) -> types.stream()
                .filter(SourceStorage::isVector)
                .forEach(type -> found.add(path + " (" + type + ")")));
        return found;
    }

    /** Types of today are dense_vector, sparse_vector, rank_vectors and semantic_text; those to come may be called alike. */
    private static boolean isVector(String type) {
        return type.contains("vector") || type.contains("semantic") || type.contains("embedding");
    }
}
