package io.spillway.progress;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * How far a run is. Counted up by many lanes, read by one reporter; a reading is never older than the last page and
 * never ahead of it. Thread-safe.
 */
public final class Progress {
    private final LongAdder documents = new LongAdder();
    private final LongAdder sourceBytes = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private volatile long expected = -1;
    private final AtomicInteger attempt = new AtomicInteger(1);

    /** Says how many documents the snapshot has; called once a snapshot is counted. */
    public void expect(long documentsInSnapshot) {
        expected = documentsInSnapshot;
    }

    /** A page's documents have been written. */
    public void wrote(long documentsInPage, long bytesInPage) {
        documents.add(documentsInPage);
        sourceBytes.add(bytesInPage);
    }

    /** A request was sent for a page, whatever became of it. */
    public void requested() {
        requests.increment();
    }

    /** A request is going to be sent again. */
    public void retried() {
        retries.increment();
    }

    /** The export begins again on a new snapshot: what was written does not count any more. */
    public void startAgain() {
        attempt.incrementAndGet();
        documents.reset();
        sourceBytes.reset();
        expected = -1;
    }

    /** The state now. */
    public Reading now() {
        return new Reading(documents.sum(), expected, sourceBytes.sum(), requests.sum(), retries.sum(), attempt.get());
    }

    /**
     * One look at a run.
     *
     * @param documents   documents written in this attempt
     * @param expected    documents in the snapshot, or -1 while nobody knows
     * @param sourceBytes bytes of answers that these documents came in
     * @param requests    requests sent for pages, over all attempts
     * @param retries     those of them that repeated another
     * @param attempt     which attempt this is, from 1
     */
    public record Reading(long documents, long expected, long sourceBytes, long requests, long retries, int attempt) {}
}
