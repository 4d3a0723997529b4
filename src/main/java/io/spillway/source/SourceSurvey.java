package io.spillway.source;

import java.time.Duration;
import java.util.List;

/**
 * What an export of a source would read, according to the live index; the snapshot of an export may differ.
 *
 * @param description     the concrete indices and their fields
 * @param documents       number of matching documents
 * @param slices          number of slices that an export would read
 * @param lanes           number of slices read in parallel
 * @param sampleDocuments number of documents sampled for the estimate, 0 to 100
 * @param sampleBytes     size of their sources as JSON Lines
 * @param sample          the documents, to estimate how well they compress
 * @param keepAlive       how long the source keeps an idle snapshot
 */
public record SourceSurvey(
        SourceDescription description,
        long documents,
        int slices,
        int lanes,
        int sampleDocuments,
        long sampleBytes,
        List<Document> sample,
        Duration keepAlive) {
    /** How long a source keeps an idle snapshot, unless its limit is lower. */
    public static final Duration KEEP_ALIVE = Duration.ofMinutes(5);

    /** A source that accepts the default keep-alive. */
    public SourceSurvey(
            SourceDescription description,
            long documents,
            int slices,
            int lanes,
            int sampleDocuments,
            long sampleBytes,
            List<Document> sample) {
        this(description, documents, slices, lanes, sampleDocuments, sampleBytes, sample, KEEP_ALIVE);
    }

    /** The same with other fields and documents, such as their published form. */
    public SourceSurvey of(SourceDescription others, List<Document> documentsOfThem) {
        return new SourceSurvey(
                others,
                documents,
                slices,
                lanes,
                sampleDocuments,
                sampleBytes,
                List.copyOf(documentsOfThem),
                keepAlive);
    }

    /** Estimated size of all documents as JSON Lines, from the sample; 0 without one. */
    public long estimatedBytes() {
        return sampleDocuments == 0 ? 0 : Math.round((double) sampleBytes / sampleDocuments * documents);
    }
}
