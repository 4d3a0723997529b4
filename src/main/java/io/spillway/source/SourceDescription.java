package io.spillway.source;

import java.time.Instant;
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
 * @param reading what a reader of the documents has to know of how they were read
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
        Reading reading,
        boolean unmapped) {

    /**
     * How documents were read.
     *
     * @param vectorsRebuilt whether the server rebuilt documents with vectors, so that digits of numbers may differ from
     *     what was indexed
     * @param now the instant that {@code now} means in the query, or null where the query does not have it
     */
    public record Reading(boolean vectorsRebuilt, @Nullable Instant now) {
        /** As stored, without {@code now}. */
        public static final Reading PLAIN = new Reading(false, null);
    }

    /** Documents that are read as they are stored, and whose mapping has every field of them. */
    public SourceDescription(
            String product,
            @Nullable String version,
            String name,
            List<String> indices,
            int shards,
            boolean filtered,
            List<SourceField> fields) {
        this(product, version, name, indices, shards, filtered, fields, Reading.PLAIN, false);
    }

    /** Takes copies, so that a description never changes. */
    public SourceDescription {
        indices = List.copyOf(indices);
        fields = List.copyOf(fields);
    }

    /** The same, read in another way. */
    public SourceDescription withReading(Reading other) {
        return new SourceDescription(product, version, name, indices, shards, filtered, fields, other, unmapped);
    }

    /** The same with other fields, such as those that are published. */
    public SourceDescription withFields(List<SourceField> others) {
        return new SourceDescription(product, version, name, indices, shards, filtered, others, reading, unmapped);
    }
}
