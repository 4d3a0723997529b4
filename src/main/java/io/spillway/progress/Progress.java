package io.spillway.progress;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * The progress of a run. Incremented by many lanes, read by one reporter; a reading reflects complete pages.
 * Thread-safe.
 */
public final class Progress {
    private final LongAdder documents = new LongAdder();
    private final LongAdder sourceBytes = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private volatile long expected = -1;
    private final AtomicInteger attempt = new AtomicInteger(1);

    /** Sets the number of documents in the snapshot; called after a snapshot is counted. */
    public void expect(long documentsInSnapshot) {
        expected = documentsInSnapshot;
    }

    /** Call when a page's documents have been written. */
    public void wrote(long documentsInPage, long bytesInPage) {
        documents.add(documentsInPage);
        sourceBytes.add(bytesInPage);
    }

    /** Call when a request for a page was sent, whatever its result. */
    public void requested() {
        requests.increment();
    }

    /** Call when a request will be sent again. */
    public void retried() {
        retries.increment();
    }

    /** Adds what another process has done: documents, bytes, requests and retries. */
    public void add(Reading done) {
        wrote(done.documents(), done.sourceBytes());
        requests.add(done.requests());
        retries.add(done.retries());
    }

    /** Call when the export restarts on a new snapshot: written documents no longer count. */
    public void startAgain() {
        attempt.incrementAndGet();
        documents.reset();
        sourceBytes.reset();
        expected = -1;
    }

    /** The current state. */
    public Reading now() {
        return new Reading(documents.sum(), expected, sourceBytes.sum(), requests.sum(), retries.sum(), attempt.get());
    }

    /**
     * A snapshot of the counters.
     *
     * @param documents   documents written in this attempt
     * @param expected    documents in the snapshot, or -1 while unknown
     * @param sourceBytes bytes of the responses that contained these documents
     * @param requests    requests sent for pages, over all attempts
     * @param retries     those of them that repeated another
     * @param attempt     number of this attempt, from 1
     */
    public record Reading(long documents, long expected, long sourceBytes, long requests, long retries, int attempt) {}
}
