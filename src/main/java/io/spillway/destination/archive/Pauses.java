package io.spillway.destination.archive;

import io.spillway.destination.archive.ArchiveOptions.Patience;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
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
        long exponential = patience.firstPause().toMillis() << Math.min(20, failures - 1);
        long longest = Math.max(1, Math.min(exponential, patience.longestPause().toMillis()));
        // Random in the upper half, so that many clients do not retry at the same moment.
        Duration pause = Duration.ofMillis(longest - ThreadLocalRandom.current().nextLong(longest / 2 + 1));
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
