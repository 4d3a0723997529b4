package io.spillway.destination.web;

import java.time.Duration;

/**
 * How long answers are waited for. Pauses double from {@code firstPause} to {@code longestPause}.
 *
 * @param connect      to a connection
 * @param answer       to the beginning of an answer, and between two pieces of its body
 * @param attempts     in a row that bring no byte, the first included, 1 or more
 * @param resumes      of one file, however much each brings
 * @param firstPause   before the second attempt
 * @param longestPause no pause is longer, whatever the server asks for
 */
public record WebPatience(
        Duration connect, Duration answer, int attempts, int resumes, Duration firstPause, Duration longestPause) {
    /** Waits out a server that is away for about a minute, and a connection that breaks every 10 MiB of a file of 1 GiB. */
    public static final WebPatience DEFAULT = new WebPatience(
            Duration.ofSeconds(20), Duration.ofMinutes(1), 6, 100, Duration.ofSeconds(1), Duration.ofSeconds(30));

    /** The pause after so many failures in a row, 1 or more. */
    Duration pause(int failures) {
        Duration doubled = firstPause.multipliedBy(1L << Math.min(20, failures - 1));
        return doubled.compareTo(longestPause) < 0 ? doubled : longestPause;
    }
}
