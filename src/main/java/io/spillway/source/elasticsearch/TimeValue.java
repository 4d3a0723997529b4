package io.spillway.source.elasticsearch;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations in Elasticsearch's notation: {@code 2m}, {@code 1.5h}, {@code 90s}. */
final class TimeValue {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?)(nanos|micros|ms|s|m|h|d)");
    private static final Map<String, Long> NANOS = Map.of(
            "nanos", 1L,
            "micros", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L,
            "d", 86_400_000_000_000L);

    private TimeValue() {}

    /** The duration, or null if the text is not one. */
    static @Nullable Duration parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            return null;
        }
        BigDecimal nanos =
                new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(NANOS.getOrDefault(matcher.group(2), 1L)));
        BigDecimal seconds = nanos.movePointLeft(9);
        return Duration.ofSeconds(seconds.longValue())
                .plusNanos(
                        nanos.subtract(BigDecimal.valueOf(seconds.longValue()).movePointRight(9))
                                .longValue());
    }
}
