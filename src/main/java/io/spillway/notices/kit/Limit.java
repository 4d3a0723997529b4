package io.spillway.notices.kit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much one client may ask for.
 *
 * @param requests   1 to 100,000 in every {@code seconds}
 * @param seconds    1 or 60
 * @param burst      0 to 100,000 more at once
 * @param retryAfter seconds that a refused client is told to wait, from {@link #window()} to a day: who obeys a shorter
 *                   one runs into the next refusal
 */
public record Limit(int requests, int seconds, int burst, int retryAfter) {
    private static final Pattern RATE = Pattern.compile("([0-9]{1,6})/(s|m)");
    private static final int MOST = 100_000;
    private static final int DAY = 86_400;

    /** Fails with {@link IllegalArgumentException}, fit for people, on a value that is out of its range. */
    public Limit {
        if (seconds != 1 && seconds != 60) {
            throw new IllegalArgumentException("a limit is by the second or by the minute, not by " + seconds + " s");
        }
        if (requests < 1 || requests > MOST) {
            throw new IllegalArgumentException("a limit is 1 to 100000 requests, not " + requests);
        }
        if (burst < 0 || burst > MOST) {
            throw new IllegalArgumentException("a burst is 0 to 100000 requests, not " + burst);
        }
        if (retryAfter < window(seconds) || retryAfter > DAY) {
            throw new IllegalArgumentException(
                    "clients have to be told to wait for %d to %d seconds, not %d: requests are counted over %d"
                            .formatted(window(seconds), DAY, retryAfter, window(seconds)));
        }
    }

    /** From a rate such as {@code 5/s} or {@code 30/m}; fails as the constructor does. */
    public static Limit of(String rate, int burst, int retryAfter) {
        Matcher parts = RATE.matcher(rate);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a rate: \"" + rate + "\"; write 5/s or 30/m");
        }
        return new Limit(Integer.parseInt(parts.group(1)), parts.group(2).equals("s") ? 1 : 60, burst, retryAfter);
    }

    /** The seconds over which servers count that know no rate. */
    public int window() {
        return window(seconds);
    }

    /** What they allow in that time, the burst included. */
    public int inWindow() {
        return requests * (window() / seconds) + burst;
    }

    /** What is let through at once, by a client that was silent before. */
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
