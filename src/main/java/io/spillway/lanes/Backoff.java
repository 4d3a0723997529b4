package io.spillway.lanes;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Pauses between attempts, which double from the first to the longest. Thread-safe.
 *
 * @param first   pause after one failure
 * @param longest maximum pause
 */
public record Backoff(Duration first, Duration longest) {
    /** 2^20 first pauses exceed any longest pause, without overflow. */
    private static final int MOST_DOUBLINGS = 20;

    /** The pause after this many consecutive failures, at least 1. */
    public Duration pause(int failures) {
        Duration doubled = first.multipliedBy(1L << Math.min(MOST_DOUBLINGS, failures - 1));
        return doubled.compareTo(longest) < 0 ? doubled : longest;
    }

    /** The same, random in its upper half, so that many clients do not retry at the same moment; at least 1 ms or so. */
    public Duration scattered(int failures) {
        long most = Math.max(1, pause(failures).toMillis());
        return Duration.ofMillis(most - ThreadLocalRandom.current().nextLong(most / 2 + 1));
    }
}
