package io.spillway.source;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The source of a snapshot.
 *
 * @param product  the product that serves the documents: {@code elasticsearch} or {@code opensearch}
 * @param version  its version, or null if this client may not request it
 * @param name     the requested index, alias, data stream or pattern
 * @param indices  the concrete indices it resolved to, sorted
 * @param shards   total number of their primary shards
 * @param filtered whether a query or a routing limits the documents
 * @param fields   the mapped fields, sorted by path
 * @param reading  how the documents were read, for their readers
 * @param unmapped whether documents may have fields that are not in the mapping
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
     * @param vectorsRebuilt whether the server rebuilt documents with vectors, so that digits of numbers may differ
     *                       from what was indexed
     * @param now            the instant used for {@code now} in the query, or null if the query does not contain it
     * @param kept           the snapshot that the source keeps, or null if it was taken for this run alone
     */
    public record Reading(
            boolean vectorsRebuilt,
            @Nullable Instant now,
            @Nullable Kept kept) {
        /** As stored, without {@code now}. */
        public static final Reading PLAIN = new Reading(false, null);

        /** From a snapshot that was taken for this run alone. */
        public Reading(boolean vectorsRebuilt, @Nullable Instant now) {
            this(vectorsRebuilt, now, null);
        }
    }

    /**
     * A snapshot in a repository, which a later run may read again. Each of its shards was frozen between its start and its
     * end.
     *
     * @param name       its name
     * @param takenUntil when it ended
     */
    public record Kept(String name, Instant takenUntil) {}

    /** Documents read as they are stored, all of whose fields are in the mapping. */
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

    /** Makes defensive copies. */
    public SourceDescription {
        indices = List.copyOf(indices);
        fields = List.copyOf(fields);
    }

    /** The same with another name. */
    public SourceDescription named(String other) {
        return new SourceDescription(product, version, other, indices, shards, filtered, fields, reading, unmapped);
    }

    /** The same with another way of reading. */
    public SourceDescription withReading(Reading other) {
        return new SourceDescription(product, version, name, indices, shards, filtered, fields, other, unmapped);
    }

    /** The same with other fields, such as the published ones. */
    public SourceDescription withFields(List<SourceField> others) {
        return new SourceDescription(product, version, name, indices, shards, filtered, others, reading, unmapped);
    }
}
