package io.spillway.daemon;

import io.spillway.deliver.DeliveryOutcome;
import io.spillway.run.ExportReport;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt ended.
 *
 * @param dataset what was exported
 * @param attempt from 1
 * @param began   when it began
 * @param ended   when it ended
 * @param outcome what came of it
 * @param failure what is wrong, or null where a dump is public everywhere
 * @param report  the dump that was made, wherever it is public, or null
 * @param reach   how far dumps have come, or null where none was made or brought
 * @param again   when there is another attempt, or null where there is none
 */
record RunResult(
        String dataset,
        int attempt,
        Instant began,
        Instant ended,
        Outcome outcome,
        @Nullable Failure failure,
        @Nullable ExportReport report,
        @Nullable DeliveryOutcome reach,
        @Nullable Instant again) {

    /** What came of an attempt. */
    enum Outcome {
        /** A dump is public, at every destination. */
        PUBLISHED,
        /** A dump is public, but not at every destination; the rest is sent again, or a person is needed. */
        PARTLY,
        /** The gate or the field policy refused it. */
        REFUSED,
        /** It failed, and a person is needed. */
        FAILED,
        /** It failed for a passing reason and is tried again. */
        RETRIES,
        /** The daemon is ending; it begins again with the next start, or on another daemon. */
        STOPPED
    }

    /**
     * What is wrong.
     *
     * @param fault   the fault's name, or {@code BUG} for one of ours
     * @param message what failed, for people
     * @param hint    what to do, or null
     */
    record Failure(String fault, String message, @Nullable String hint) {}
}
