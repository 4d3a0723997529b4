package io.spillway.destination.web;

import io.spillway.lanes.Backoff;
import java.time.Duration;

/**
 * Timeouts and retries. Pauses double from {@code firstPause} to {@code longestPause}.
 *
 * @param connect      timeout of a connection attempt
 * @param answer       timeout for the start of a response, and between two pieces of its body
 * @param attempts     consecutive attempts without data, including the first, at least 1
 * @param resumes      maximum number of resumptions of one file, however much each receives
 * @param firstPause   before the second attempt
 * @param longestPause maximum pause, whatever the server asks for
 */
public record WebPatience(
        Duration connect, Duration answer, int attempts, int resumes, Duration firstPause, Duration longestPause) {
    /** Bridges an outage of about a minute, and a connection that breaks every 10 MiB of a file of 1 GiB. */
    public static final WebPatience DEFAULT = new WebPatience(
            Duration.ofSeconds(20), Duration.ofMinutes(1), 6, 100, Duration.ofSeconds(1), Duration.ofSeconds(30));

    /** The pause after this many consecutive failures, at least 1. */
    Duration pause(int failures) {
        return new Backoff(firstPause, longestPause).pause(failures);
    }
}
