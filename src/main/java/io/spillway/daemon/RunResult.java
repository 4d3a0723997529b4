package io.spillway.daemon;

import io.spillway.pipeline.ExportReport;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt at an export ended.
 *
 * @param dataset what was exported
 * @param attempt from 1
 * @param began   when it began
 * @param ended   when it ended
 * @param outcome what came of it
 * @param fault   the fault's name, {@code BUG} for one of ours, or null where it published
 * @param message what failed, for people, or null
 * @param hint    what to do, or null
 * @param report  what was published, or null
 * @param again   when it is tried again, or null where it is not
 */
record RunResult(
        String dataset,
        int attempt,
        Instant began,
        Instant ended,
        Outcome outcome,
        @Nullable String fault,
        @Nullable String message,
        @Nullable String hint,
        @Nullable ExportReport report,
        @Nullable Instant again) {

    /** What came of an attempt. */
    enum Outcome {
        /** A dump is public. */
        PUBLISHED,
        /** The gate or the field policy refused it. */
        REFUSED,
        /** It failed, and a person is needed. */
        FAILED,
        /** It failed for a passing reason and is tried again. */
        RETRIES,
        /** The daemon is ending; it begins again with the next start, or on another daemon. */
        STOPPED
    }
}
