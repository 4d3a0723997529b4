package io.spillway.source;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot was taken of.
 *
 * @param product what serves the documents: {@code elasticsearch}
 * @param version its version, or null where this client may not ask
 * @param name    the index, alias, data stream or pattern that was asked for
 * @param indices the concrete indices it resolved to, sorted
 * @param shards  their primary shards in all
 * @param filtered whether a query or a routing limits the documents
 * @param fields  the mapped fields, sorted by path
 * @param unmapped whether documents may have fields that the mapping does not have
 */
public record SourceDescription(
        String product,
        @Nullable String version,
        String name,
        List<String> indices,
        int shards,
        boolean filtered,
        List<SourceField> fields,
        boolean unmapped) {

    /** A source whose mapping has every field of its documents. */
    public SourceDescription(
            String product,
            @Nullable String version,
            String name,
            List<String> indices,
            int shards,
            boolean filtered,
            List<SourceField> fields) {
        this(product, version, name, indices, shards, filtered, fields, false);
    }

    /** Takes copies, so that a description never changes. */
    public SourceDescription {
        indices = List.copyOf(indices);
        fields = List.copyOf(fields);
    }

    /** The same with other fields, such as those that are published. */
    public SourceDescription withFields(List<SourceField> others) {
        return new SourceDescription(product, version, name, indices, shards, filtered, others, unmapped);
    }
}
