package io.spillway.catalog;

import io.spillway.fault.Fault;
import io.spillway.manifest.Manifest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code DATASET/status.json}: how the last attempt at a dump ended.
 *
 * @param dataset     its name
 * @param lastAttempt how that ended
 * @param lastGood    the newest dump that is whole, or null where there is none
 */
public record DatasetStatus(
        String dataset, LastAttempt lastAttempt, @Nullable LastGood lastGood) {
    /** Its name, below the dataset. */
    public static final String FILE_NAME = "status.json";

    /** The reason of an attempt whose dump is public here, but not at every destination. */
    public static final String ELSEWHERE =
            "the newest dump is whole here, but not everywhere yet; the log says what is missing where";

    /** The outcome of an attempt whose dump is public, but not at every destination. */
    public static final String PARTLY = "partly";

    /** Fails with {@link IllegalArgumentException} where a member is missing: what is read may lack anything. */
    public DatasetStatus {
        Present.members("a status", dataset, lastAttempt);
    }

    /**
     * How an attempt ended.
     *
     * @param at       when
     * @param outcome  {@code published}, {@link #PARTLY}, {@code refused} (by the gate or the field policy) or
     *                 {@code failed}
     * @param exitCode of the command
     * @param fault    the fault's name, {@code BUG} for one of ours, or null
     * @param reason   for people, or null; says nothing but what the fault means
     */
    public record LastAttempt(
            Instant at,
            String outcome,
            int exitCode,
            @Nullable String fault,
            @Nullable String reason) {
        /** Fails where a member is missing. */
        public LastAttempt {
            Present.members("an attempt", at, outcome);
        }

        /** The same without words of the run, which versions before this one wrote into the reason. */
        public LastAttempt withPublicReason() {
            return reason == null || reason.equals(ELSEWHERE)
                    ? this
                    : new LastAttempt(at, outcome, exitCode, fault, Fault.publicReason(String.valueOf(fault)));
        }
    }

    /**
     * A dump that is there.
     *
     * @param dump      its id
     * @param takenAt   when its snapshot was taken
     * @param documents documents in it
     * @param bytes     bytes of its parts
     */
    public record LastGood(String dump, Instant takenAt, long documents, long bytes) {
        /** Fails where a member is missing. */
        public LastGood {
            Present.members("a dump", dump, takenAt);
        }

        /** The dump that a manifest stands for. */
        public static LastGood of(Manifest manifest) {
            return new LastGood(manifest.dump(), manifest.takenAt(), manifest.documents(), manifest.bytes());
        }
    }
}
