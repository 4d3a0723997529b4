package io.spillway.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses durations: {@code 500ms}, {@code 30s}, {@code 5m}, {@code 1h30m}, {@code 8d}. */
public final class DurationText {
    static final String PATTERN = "^([0-9]+(ms|s|m|h|d))+$";
    static final String EXPECTED = "must be a duration such as 30s, 5m or 1h30m";

    private static final Pattern WHOLE = Pattern.compile(PATTERN);
    private static final Pattern TERM = Pattern.compile("([0-9]+)(ms|s|m|h|d)");

    private DurationText() {}

    /**
     * The sum of the terms; a day has 24 hours. Throws {@link IllegalArgumentException} on invalid text, and on more
     * than {@link Long#MAX_VALUE} milliseconds, which no timeout can represent.
     */
    public static Duration parse(String text) {
        if (!WHOLE.matcher(text).matches()) {
            throw new IllegalArgumentException(EXPECTED);
        }
        try {
            long millis = 0;
            Matcher term = TERM.matcher(text);
            while (term.find()) {
                long amount = Math.multiplyExact(Long.parseLong(term.group(1)), millisOf(term.group(2)));
                millis = Math.addExact(millis, amount);
            }
            return Duration.ofMillis(millis);
        } catch (ArithmeticException | NumberFormatException tooLong) {
            throw new IllegalArgumentException("is too long", tooLong);
        }
    }

    private static long millisOf(String unit) {
        return switch (unit) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            default -> 86_400_000;
        };
    }
}
