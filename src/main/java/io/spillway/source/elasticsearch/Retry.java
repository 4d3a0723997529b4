package io.spillway.source.elasticsearch;

import io.spillway.lanes.Backoff;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Patience;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The retries of one request: growing pauses up to a time limit. Not thread-safe. */
final class Retry {
    private final Patience patience;
    private long failedAt;
    private int failures;

    Retry(Patience patience) {
        this.patience = patience;
    }

    /** Number of failures so far. */
    int failures() {
        return failures;
    }

    /** Time since the first failure; zero before it. */
    Duration elapsed() {
        return failures == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - failedAt);
    }

    /**
     * Counts a failure and pauses, at least as long as the server asked for.
     *
     * @return false, without pausing, if the pause would exceed the limit
     */
    boolean pause(@Nullable Duration askedFor) throws InterruptedException {
        if (failures++ == 0) {
            failedAt = System.nanoTime();
        }
        long millis = new Backoff(patience.firstPause(), patience.longestPause())
                .scattered(failures)
                .toMillis();
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
