package io.spillway.fresh;

import java.time.Duration;

/** Formats ages with sufficient precision for days. */
public final class Ages {
    private Ages() {}

    /** {@code 8d03h}, {@code 3h07m}, {@code 7m05s}, {@code 42s}; a negative age is shown as zero. */
    public static String text(Duration age) {
        long seconds = Math.max(0, age.toSeconds());
        if (seconds >= 86_400) {
            return "%dd%02dh".formatted(seconds / 86_400, seconds % 86_400 / 3600);
        } else if (seconds >= 3600) {
            return "%dh%02dm".formatted(seconds / 3600, seconds % 3600 / 60);
        } else if (seconds >= 60) {
            return "%dm%02ds".formatted(seconds / 60, seconds % 60);
        }
        return seconds + "s";
    }
}
