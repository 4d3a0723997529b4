package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.SourceField;
import io.spillway.source.elasticsearch.Dialect.Product;
import io.spillway.source.elasticsearch.SourceStorage.VectorField;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks indices by their mappings and settings alone, for a source that has no server to ask. The server's defaults, which
 * metadata does not contain, are those of the version that created the index.
 */
public final class StoredIndices {
    /** Since these versions, an index may keep vectors separately unless a setting says otherwise. */
    private static final int ELASTICSEARCH_9 = 9_000_000;

    private static final int OPENSEARCH_3 = 0x08000000 + 3_000_000;

    private final Dialect dialect;
    private final List<JsonNode> mappings = new ArrayList<>();
    private boolean unmapped;

    /** Without an index yet. */
    public StoredIndices(boolean openSearch) {
        this.dialect = new Dialect(openSearch ? Product.OPENSEARCH : Product.ELASTICSEARCH, null, false);
    }

    /**
     * Adds an index.
     *
     * @param mapping  its mapping
     * @param settings its own flat settings
     * @throws SpillwayException {@code SOURCE_REFUSED} if it does not keep its documents as they were indexed
     */
    public void add(String index, JsonNode mapping, JsonNode settings) throws SpillwayException {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.set("settings", settings);
        ObjectNode defaults = answer.putObject("defaults");
        defaults.put(dialect.vectorsApart(), String.valueOf(keepsVectorsApart(settings)));
        IndexSettings found = new IndexSettings(answer);
        List<VectorField> vectors = SourceStorage.check(index, mapping, found, dialect);
        if (!vectors.isEmpty()) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    SourceStorage.rewritten(vectors),
                    "a snapshot repository has no server that rebuilds them: read from the cluster with"
                            + " source.elasticsearch and source.vectors: rebuilt");
        }
        mappings.add(mapping);
        unmapped |= IndexFacts.mayHoldUnmapped(mapping, found);
    }

    /** The server's default, as far as it is known: in doubt, vectors are not in the documents. */
    private boolean keepsVectorsApart(JsonNode settings) {
        int created = settings.path("index.version.created").asInt();
        return dialect.asksForVectors()
                ? created >= ELASTICSEARCH_9
                : created >= OPENSEARCH_3 && settings.path("index.knn").asBoolean();
    }

    /** The mapped fields of all indices that were added, sorted by path. */
    public List<SourceField> fields() {
        return MappedFields.of(mappings).inSource();
    }

    /** Whether documents may have fields that are not in the mapping. */
    public boolean mayHoldUnmapped() {
        return unmapped;
    }
}
