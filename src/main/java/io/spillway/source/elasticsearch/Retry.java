package io.spillway.source.elasticsearch;

import io.spillway.source.elasticsearch.ElasticsearchOptions.Patience;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The tries of one request: pauses that grow, and an end to patience. Belongs to one thread. */
final class Retry {
    private final Patience patience;
    private long failedAt;
    private int failures;

    Retry(Patience patience) {
        this.patience = patience;
    }

    /** Failures so far. */
    int failures() {
        return failures;
    }

    /** How long this has gone on: since the first failure, zero before it. */
    Duration elapsed() {
        return failures == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - failedAt);
    }

    /**
     * Counts a failure and pauses, at least as long as the server asked for.
     *
     * @return false, at once, where patience would end before the pause
     */
    boolean pause(@Nullable Duration askedFor) throws InterruptedException {
        if (failures++ == 0) {
            failedAt = System.nanoTime();
        }
        long exponential = patience.firstPause().toMillis() << Math.min(20, failures - 1);
        long longest = Math.max(1, Math.min(exponential, patience.longestPause().toMillis()));
        long millis = longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1);
        if (askedFor != null) {
            millis = Math.max(millis, askedFor.toMillis());
        }
        if (elapsed().toMillis() + millis > patience.giveUpAfter().toMillis()) {
            return false;
        }
        TimeUnit.MILLISECONDS.sleep(millis);
        return true;
    }
}
