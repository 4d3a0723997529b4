package io.spillway.catalog;

import io.spillway.fault.Fault;
import io.spillway.manifest.Manifest;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code DATASET/status.json}: the outcome of the last attempt at a dump.
 *
 * @param dataset     the dataset's name
 * @param lastAttempt the outcome of the last attempt
 * @param lastGood    the newest complete dump, or null if there is none
 */
public record DatasetStatus(
        String dataset, LastAttempt lastAttempt, @Nullable LastGood lastGood) {
    /** Its name, below the dataset. */
    public static final String FILE_NAME = "status.json";

    /** The reason for an attempt whose dump is public here, but not at every destination. */
    public static final String ELSEWHERE =
            "the newest dump is complete here, but not at every destination yet; see the log for what is missing";

    /** The outcome of an attempt whose dump is public, but not at every destination. */
    public static final String PARTIAL = "partial";

    /** Outcome and reason as older versions wrote them, with their present form. */
    private static final Map<String, String> OLDER = Map.of(
            "partly",
            PARTIAL,
            "the newest dump is whole here, but not everywhere yet; the log says what is missing where",
            ELSEWHERE);

    /** @throws IllegalArgumentException if a member is missing, as it may be in a file */
    public DatasetStatus {
        Present.members("a status", dataset, lastAttempt);
    }

    /**
     * The outcome of an attempt.
     *
     * @param at       when it ended
     * @param outcome  {@code published}, {@link #PARTIAL}, {@code refused} (by the gate or the field policy) or
     *                 {@code failed}
     * @param exitCode exit code of the command
     * @param fault    the fault's name, {@code BUG} for an internal error, or null
     * @param reason   for people, or null; contains only the meaning of the fault
     */
    public record LastAttempt(
            Instant at,
            String outcome,
            int exitCode,
            @Nullable String fault,
            @Nullable String reason) {
        /**
         * Reads outcome and reason also as older versions wrote them.
         *
         * @throws IllegalArgumentException if a member is missing
         */
        public LastAttempt {
            Present.members("an attempt", at, outcome);
            outcome = OLDER.getOrDefault(outcome, outcome);
            reason = reason == null ? null : OLDER.getOrDefault(reason, reason);
        }

        /** The same without details of the run, which older versions wrote into the reason. */
        public LastAttempt withPublicReason() {
            return reason == null || reason.equals(ELSEWHERE)
                    ? this
                    : new LastAttempt(at, outcome, exitCode, fault, Fault.publicReason(String.valueOf(fault)));
        }
    }

    /**
     * A published dump.
     *
     * @param dump      its id
     * @param takenAt   when its snapshot was taken
     * @param documents number of documents
     * @param bytes     total bytes of its parts
     */
    public record LastGood(String dump, Instant takenAt, long documents, long bytes) {
        /** @throws IllegalArgumentException if a member is missing */
        public LastGood {
            Present.members("a dump", dump, takenAt);
        }

        /** The entry for the dump of a manifest. */
        public static LastGood of(Manifest manifest) {
            return new LastGood(manifest.dump(), manifest.takenAt(), manifest.documents(), manifest.bytes());
        }
    }
}
