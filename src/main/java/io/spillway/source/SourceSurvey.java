package io.spillway.source;

import io.spillway.progress.Amounts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
 * @param volume          how much an export reads of a snapshot in a repository; otherwise null
 * @param snapshots       the snapshots that the source keeps, the newest first; empty if each export takes its own
 */
public record SourceSurvey(
        SourceDescription description,
        long documents,
        int slices,
        int lanes,
        int sampleDocuments,
        long sampleBytes,
        List<Document> sample,
        Duration keepAlive,
        @Nullable Volume volume,
        List<KeptSnapshot> snapshots) {
    /** How long a source keeps an idle snapshot, unless its limit is lower. */
    public static final Duration KEEP_ALIVE = Duration.ofMinutes(5);

    /**
     * How much an export reads of the files of indices in a snapshot.
     *
     * @param bytes   of all files
     * @param needed  bytes of those that an export reads, without small ones
     * @param fetched what was fetched for this survey, or null if nothing has to be
     */
    public record Volume(long bytes, long needed, @Nullable Fetched fetched) {}

    /**
     * A snapshot that a source keeps.
     *
     * @param name    its name
     * @param state   its state, as the source names it: {@code SUCCESS}, {@code PARTIAL}
     * @param started when it began, or null if the source does not list it
     * @param read    whether an export would read it
     */
    public record KeptSnapshot(
            String name, String state, @Nullable Instant started, boolean read) {
        /** Its name, state and age for people: {@code nightly-2, SUCCESS, 5 h old}. */
        public String describe(Instant now) {
            return name + ", " + state
                    + (started == null ? "" : ", " + Amounts.duration(Duration.between(started, now)) + " old");
        }
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
                keepAlive,
                volume,
                snapshots);
    }

    /** The same with another number of documents. */
    public SourceSurvey withDocuments(long number) {
        return new SourceSurvey(
                description, number, slices, lanes, sampleDocuments, sampleBytes, sample, keepAlive, volume, snapshots);
    }

    /** Estimated size of all documents as JSON Lines, from the sample; 0 without one. */
    public long estimatedBytes() {
        return sampleDocuments == 0 ? 0 : Math.round((double) sampleBytes / sampleDocuments * documents);
    }
}
