package io.spillway.engine;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ManifestJson;
import io.spillway.pipeline.SliceResult;
import io.spillway.progress.Progress;
import io.spillway.source.Fetched;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a task returns as JSON: the result of its slice, or a failure that no other attempt can cure.
 *
 * @param slice   what the slice has written; null after a failure
 * @param reading what the task has read
 * @param fetched what was fetched from a store of files, or null
 * @param learned for the snapshot of the process that plans
 * @param failure the failure, or null
 */
record TaskResult(
        @Nullable SliceResult slice,
        Progress.@Nullable Reading reading,
        @Nullable Fetched fetched,
        @Nullable String learned,
        @Nullable Failure failure) {

    /** @throws IllegalArgumentException if it has neither a slice nor a failure */
    TaskResult {
        if (failure == null && (slice == null || reading == null || learned == null)) {
            throw new IllegalArgumentException("it has neither the result of a slice nor a failure");
        }
    }

    /**
     * A failure.
     *
     * @param fault   its kind, or null for an internal error
     * @param message what failed; for an internal error with its stack trace
     * @param hint    what to do about it, or null
     */
    record Failure(
            @Nullable Fault fault, String message, @Nullable String hint) {
        /** Throws it again. */
        SpillwayException asException() {
            if (fault == null) {
                throw new IllegalStateException("internal error in the process that ran a slice: " + message);
            }
            return new SpillwayException(fault, message, hint);
        }
    }

    /** A result without a slice. */
    static TaskResult failed(@Nullable Fault fault, String message, @Nullable String hint) {
        return new TaskResult(null, null, null, null, new Failure(fault, message, hint));
    }

    String toText() {
        return ManifestJson.text(this);
    }

    /** Reads a result. */
    static TaskResult of(String text, int task) throws SpillwayException {
        return ManifestJson.read(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                TaskResult.class,
                "the result of slice " + task,
                "one of this version of Spillway");
    }
}
