package io.spillway.source;

import java.time.Duration;
import java.util.List;

/**
 * What an export of a source would read, as counted on the living index: the snapshot of an export may differ.
 *
 * @param description     the concrete indices and their fields
 * @param documents       documents that match
 * @param slices          how many slices an export would read
 * @param lanes           how many of them at the same time
 * @param sampleDocuments documents looked at for the estimate, 0 to 100
 * @param sampleBytes     bytes of those documents' sources as JSON Lines
 * @param sample          those lines, to estimate how well they compress
 * @param keepAlive       how long the source keeps a snapshot that nothing is read from
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
    /** How long a source keeps a snapshot, unless it allows less. */
    public static final Duration KEEP_ALIVE = Duration.ofMinutes(5);

    /** A source that keeps a snapshot as long as is asked for. */
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

    /** The same for other fields and documents, such as what is published of them. */
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

    /** Bytes of all documents as JSON Lines, estimated from the sample; 0 without one. */
    public long estimatedBytes() {
        return sampleDocuments == 0 ? 0 : Math.round((double) sampleBytes / sampleDocuments * documents);
    }
}
