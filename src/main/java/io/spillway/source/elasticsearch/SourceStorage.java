package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks how an index stores its documents. Accepts only modes that are known to return the stored bytes, so that an
 * unknown mode of a newer server is not published by mistake.
 */
final class SourceStorage {
    private static final String STORED = "stored";
    /** Modes that store documents unchanged, unless {@code index.mapping.source.mode} has another value. */
    private static final Set<String> STORED_BY_DEFAULT = Set.of("standard", "lookup", "vectordb_document");
    /** Modes that store documents unchanged if {@code index.mapping.source.mode} is {@code stored}. */
    private static final Set<String> STORED_ON_REQUEST = Set.of("logsdb", "time_series");

    private static final Set<String> SOURCE_PARAMETERS = Set.of("enabled", "mode", "includes", "excludes");

    private SourceStorage() {}

    /**
     * Checks one index.
     *
     * @param mapping  its mapping
     * @param settings its flat settings, with the defaults
     * @param dialect  the server's names for its ways to store documents
     * @return the fields whose values the server keeps separately from the documents; empty if there are none
     * @throws SpillwayException {@code SOURCE_REFUSED} if its documents would not be returned as they were stored
     */
    static List<VectorField> check(String index, JsonNode mapping, IndexSettings settings, Dialect dialect)
            throws SpillwayException {
        JsonNode source = mapping.path("_source");
        requireWhole(index, source, dialect);
        requireStored(index, source.path("mode").textValue(), settings);
        requireStoring(index, settings, dialect);
        // A server that knows the setting reports its default; without any defaults it is unknown.
        boolean apart = settings.get(dialect.vectorsApart(), settings.hasDefaults() ? "false" : "true")
                .equals("true");
        List<VectorField> found = new ArrayList<>();
        addVectors(index, "", null, mapping.path("properties"), found);
        found.removeIf(field -> !apart && !field.isInferred());
        return apart ? found : found.stream().map(VectorField::inDocuments).toList();
    }

    /**
     * A field whose values are not in the stored document, or which makes the server write documents in its own way.
     *
     * @param nested  the path of the nested objects that it is in, or null
     * @param isApart whether a search returns its values only on request
     */
    record VectorField(
            String index,
            String path,
            String type,
            @Nullable String nested,
            boolean isApart) {
        /** The same field of an index that knows no values apart from its documents. */
        VectorField inDocuments() {
            return new VectorField(index, path, type, nested, false);
        }

        /**
         * Whether a model computes its values from the text of a document. The server then writes each document in its own
         * way when it is indexed: with the values in it, or without them and with other digits of numbers.
         */
        boolean isInferred() {
            return type.contains("semantic");
        }

        /** Whether a search finds the documents that have it. */
        boolean isSearchable() {
            return type.equals("dense_vector") || type.equals("sparse_vector");
        }

        /** A query for the documents of its index that have it. */
        ObjectNode query() {
            ObjectNode has = JsonNodeFactory.instance.objectNode();
            has.putObject("exists").put("field", path);
            ObjectNode query = has;
            if (nested != null) {
                query = JsonNodeFactory.instance.objectNode();
                query.putObject("nested")
                        .put("path", nested)
                        .put("ignore_unmapped", true)
                        .set("query", has);
            }
            return query;
        }

        @Override
        public String toString() {
            return path + " (" + type + ")";
        }
    }

    /** The failure where documents have vectors and the schedule does not say that rebuilt ones are published. */
    static SpillwayException vectorsLeftOut(List<VectorField> fields, Dialect dialect) {
        boolean inferred = fields.stream().anyMatch(VectorField::isInferred);
        return new SpillwayException(
                Fault.SOURCE_REFUSED,
                rewritten(fields),
                "publish what the server rebuilds with source.vectors: rebuilt (--vectors rebuilt), where digits of"
                        + " numbers may differ"
                        + (inferred
                                ? " and documents may have what the model computed; or index the documents again into an"
                                        + " index without semantic_text"
                                : "; or index the documents again into an index with "
                                        + dialect.vectorsApart()
                                        + ": false"));
    }

    /** What an index with these fields does to its documents. */
    static String rewritten(List<VectorField> fields) {
        return "index \"%s\" %s: %s"
                .formatted(
                        fields.get(0).index(),
                        fields.stream().anyMatch(VectorField::isInferred)
                                ? "keeps what a model computes from a text, and rewrites the numbers beside it"
                                : "leaves vectors out of _source and rewrites the numbers beside them",
                        fields.stream().map(VectorField::toString).distinct().collect(Collectors.joining(", ")));
    }

    private static void requireStoring(String index, IndexSettings settings, Dialect dialect) throws SpillwayException {
        for (var setting : dialect.storing().entrySet()) {
            String value = settings.get(setting.getKey(), setting.getValue());
            if (!value.equalsIgnoreCase(setting.getValue())) {
                throw new SpillwayException(
                        Fault.SOURCE_REFUSED,
                        "index \"%s\" generates its documents from other fields: _source is derived (%s: %s)"
                                .formatted(index, setting.getKey(), value),
                        "their order, duplicates and digits are not what was indexed; export an index with stored _source");
            }
        }
    }

    private static void requireWhole(String index, JsonNode source, Dialect dialect) throws SpillwayException {
        if (!source.path("enabled").asBoolean(true)) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "index \"" + index + "\" does not store its documents: _source is disabled",
                    "reindex the documents into an index that keeps _source");
        }
        if (isSet(source.path("includes")) || isSet(source.path("excludes"))) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "index \"" + index + "\" stores only a part of its documents: _source has includes or excludes",
                    "reindex the documents into an index that keeps all of _source");
        }
        List<String> unknown = source.properties().stream()
                .map(Map.Entry::getKey)
                .filter(name -> !SOURCE_PARAMETERS.contains(name)
                        && !dialect.harmlessSourceParameters().contains(name))
                .toList();
        if (!unknown.isEmpty()) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "index \"%s\" stores its documents in an unknown way: _source has %s".formatted(index, unknown),
                    "reindex the documents into an index without these parameters of _source");
        }
    }

    private static boolean isSet(JsonNode names) {
        return names.isValueNode() ? !names.isNull() : !names.isEmpty();
    }

    /** The mapping's own mode takes precedence over a default setting, as in the server. */
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
                            + "\" does not store its documents: _source is disabled (index.mapping.source.mode)",
                    "reindex the documents into an index that keeps _source");
        }
        boolean stored = mode.equalsIgnoreCase(STORED) && (set == null || set.equalsIgnoreCase(STORED));
        boolean known = storedByDefault || STORED_ON_REQUEST.contains(indexMode);
        if (!stored || !known) {
            String other = stored ? mode : set != null ? set : mode;
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    ("index \"%s\" generates its documents from other fields: _source is synthetic or not known to be"
                                    + " stored (index.mode %s, index.mapping.source.mode %s)")
                            .formatted(index, indexMode, other.toLowerCase(Locale.ROOT)),
                    "their order, duplicates and digits are not what was indexed; export an index with stored _source");
        }
    }

    private static void addVectors(
            String index, String prefix, @Nullable String nested, JsonNode properties, List<VectorField> found) {
        properties.properties().forEach(property -> {
            String path = prefix + property.getKey();
            JsonNode field = property.getValue();
            String type = field.path("type").asText("object");
            if (isVector(type)) {
                found.add(new VectorField(index, path, type, nested, true));
            }
            String inner = type.equals("nested") ? path : nested;
            addVectors(index, path + ".", inner, field.path("properties"), found);
            addVectors(index, path + ".", inner, field.path("fields"), found);
        });
    }

    /**
     * Current types are dense_vector, sparse_vector, rank_vectors and semantic_text; future ones may have similar
     * names.
     */
    private static boolean isVector(String type) {
        return type.contains("vector") || type.contains("semantic") || type.contains("embedding");
    }
}
