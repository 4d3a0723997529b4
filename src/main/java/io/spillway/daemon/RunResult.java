package io.spillway.daemon;

import io.spillway.deliver.DeliveryOutcome;
import io.spillway.run.ExportReport;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The result of an attempt.
 *
 * @param dataset the exported dataset
 * @param attempt from 1
 * @param began   when it started
 * @param ended   when it ended
 * @param outcome its outcome
 * @param failure the failure, or null if a dump is public everywhere
 * @param report  the dump that was made, wherever it is public, or null
 * @param delivery   which destinations have the dumps, or null if none was made or delivered
 * @param again   time of the next attempt, or null if there is none
 */
record RunResult(
        String dataset,
        int attempt,
        Instant began,
        Instant ended,
        Outcome outcome,
        @Nullable Failure failure,
        @Nullable ExportReport report,
        @Nullable DeliveryOutcome delivery,
        @Nullable Instant again) {

    /** The outcome of an attempt. */
    enum Outcome {
        /** A dump is public at every destination. */
        PUBLISHED,
        /** The source has no newer snapshot than that of the newest dump, which is public at every destination. */
        NOTHING_NEW,
        /** A dump is public, but not at every destination; the rest is sent again, or a person is needed. */
        PARTIAL,
        /** The gate or the field policy refused it. */
        REFUSED,
        /** It failed and requires a person. */
        FAILED,
        /** It failed for a transient reason and is retried. */
        RETRIES,
        /** The daemon is stopping; it restarts at the next start, or on another daemon. */
        STOPPED
    }

    /**
     * A failure.
     *
     * @param fault   the fault's name, or {@code BUG} for an internal error
     * @param message what failed, for people
     * @param hint    what to do, or null
     */
    record Failure(String fault, String message, @Nullable String hint) {}
}
