package io.spillway.notices.kit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rate limit of a client.
 *
 * @param requests   1 to 100,000 in every {@code seconds}
 * @param seconds    1 or 60
 * @param burst      0 to 100,000 additional requests at once
 * @param retryAfter value of Retry-After in seconds, from {@link #window()} to a day: a client that waits for less is
 *     refused again
 */
public record Limit(int requests, int seconds, int burst, int retryAfter) {
    private static final Pattern RATE = Pattern.compile("([0-9]{1,6})/(s|m)");
    private static final int MOST = 100_000;
    private static final int DAY = 86_400;

    /** Throws {@link IllegalArgumentException} with a message for people on a value out of range. */
    public Limit {
        if (seconds != 1 && seconds != 60) {
            throw new IllegalArgumentException("a limit must be per second or per minute, not per " + seconds + " s");
        }
        if (requests < 1 || requests > MOST) {
            throw new IllegalArgumentException("a limit must be 1 to 100000 requests, not " + requests);
        }
        if (burst < 0 || burst > MOST) {
            throw new IllegalArgumentException("a burst must be 0 to 100000 requests, not " + burst);
        }
        if (retryAfter < window(seconds) || retryAfter > DAY) {
            throw new IllegalArgumentException(
                    "retry-after must be %d to %d seconds, not %d: requests are counted over %d"
                            .formatted(window(seconds), DAY, retryAfter, window(seconds)));
        }
    }

    /** From a rate such as {@code 5/s} or {@code 30/m}; throws as the constructor does. */
    public static Limit of(String rate, int burst, int retryAfter) {
        Matcher parts = RATE.matcher(rate);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a rate: \"" + rate + "\"; write 5/s or 30/m");
        }
        return new Limit(Integer.parseInt(parts.group(1)), parts.group(2).equals("s") ? 1 : 60, burst, retryAfter);
    }

    /** The counting window in seconds of servers without a rate. */
    public int window() {
        return window(seconds);
    }

    /** The number of requests allowed in that window, including the burst. */
    public int inWindow() {
        return requests * (window() / seconds) + burst;
    }

    /** The number of requests allowed at once for an idle client. */
    public int atOnce() {
        return burst + 1;
    }

    /** Microseconds between two requests at the rate. */
    public long intervalMicros() {
        return seconds * 1_000_000L / requests;
    }

    private static int window(int seconds) {
        return seconds == 1 ? 10 : 60;
    }
}
