package io.spillway.destination.archive;

import io.spillway.destination.archive.ArchiveOptions.Patience;
import io.spillway.lanes.Backoff;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The retries of one request: growing pauses up to a time limit. Not thread-safe. */
final class Pauses {
    private final Patience patience;
    private final Duration limit;
    private final Timekeeper time;
    private long failedAt;
    private int failures;

    /** @param limit how long to retry after the first failure */
    Pauses(Patience patience, Duration limit, Timekeeper time) {
        this.patience = patience;
        this.limit = limit;
        this.time = time;
    }

    /**
     * Counts a failure and pauses, at least as long as the archive asked for.
     *
     * @return false, without pausing, if the pause would exceed the limit
     */
    boolean pause(@Nullable Duration askedFor) throws InterruptedException {
        if (failures++ == 0) {
            failedAt = time.nanoTime();
        }
        Duration pause = new Backoff(patience.firstPause(), patience.longestPause()).scattered(failures);
        if (askedFor != null && askedFor.compareTo(pause) > 0) {
            pause = askedFor;
        }
        if (time.since(failedAt).plus(pause).compareTo(limit) > 0) {
            return false;
        }
        time.sleep(pause);
        return true;
    }
}
