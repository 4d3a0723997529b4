package io.spillway.daemon;

import io.spillway.fault.Fault;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The stored state of a dataset, across restarts and all daemons that share a database.
 *
 * @param dataset    its name
 * @param knownSince when a daemon first saw its schedule
 * @param last       the last attempt, or null if there was none
 * @param failures   failed attempts since a dump last became public
 * @param missing    number of destinations that lack the newest dump, or may name an older one
 * @param success    the last success, or null if there was none
 * @param alerted    the open alert, or null
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
     * @param number  from 1, incremented by retries
     * @param began   when it started
     * @param ended   when it ended, or null while it runs or if its daemon was killed
     * @param node    the daemon that made it, or null if omitted
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
        /** Also accepts the outcome that older versions stored. */
        Attempt {
            outcome = outcome.equals("partly") ? "partial" : outcome;
        }

        /** The same without the daemon's name, which contains a host name, and without the message. */
        Attempt withoutDetails() {
            String reason = fault == null ? null : Fault.publicReason(fault);
            return new Attempt(number, began, ended, null, outcome, fault, reason);
        }
    }

    /**
     * A published dump.
     *
     * @param began     when its export started
     * @param ended     when it became public
     * @param dump      its name
     * @param documents number of documents
     * @param bytes     total size of its parts
     */
    record Success(Instant began, Instant ended, String dump, long documents, long bytes) {}
}
