package io.spillway.daemon;

import io.spillway.fault.Fault;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a dataset, over restarts and by all daemons that share a database.
 *
 * @param dataset    its name
 * @param knownSince when a daemon first saw its schedule
 * @param last       the last attempt, or null where there was none
 * @param failures   attempts that failed since a dump last became public
 * @param missing    how many destinations lack the newest dump, or may name an older one
 * @param success    the last success, or null where there was none
 * @param alerted    what was last alerted of and hasn't been set right since, or null
 */
record DatasetState(
        String dataset,
        Instant knownSince,
        @Nullable Attempt last,
        int failures,
        int missing,
        @Nullable Success success,
        @Nullable String alerted) {

    /**
     * An attempt.
     *
     * @param number  from 1, growing with retries
     * @param began   when it began
     * @param ended   when it ended, or null while it runs or where its daemon was killed
     * @param node    the daemon that made it, or null where that is not told
     * @param outcome a {@link RunResult.Outcome} in lower case, or {@code running}
     * @param fault   the fault's name, or null
     * @param message what failed, or null
     */
    record Attempt(
            int number,
            Instant began,
            @Nullable Instant ended,
            @Nullable String node,
            String outcome,
            @Nullable String fault,
            @Nullable String message) {

        /** The same without the daemon's name, which holds a host's, and without words of the run. */
        Attempt withoutDetails() {
            String reason = fault == null ? null : Fault.publicReason(fault);
            return new Attempt(number, began, ended, null, outcome, fault, reason);
        }
    }

    /**
     * A dump that was published.
     *
     * @param began     when its export began
     * @param ended     when it was public
     * @param dump      its name
     * @param documents documents in it
     * @param bytes     bytes of its parts
     */
    record Success(Instant began, Instant ended, String dump, long documents, long bytes) {}
}
