package io.spillway.config;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of data. Written {@code 1GiB}, {@code 500MB}, {@code 1.5KiB} or as plain bytes: {@code KB} is 1,000 bytes,
 * {@code KiB} is 1,024.
 *
 * @param bytes zero or more
 */
public record DataSize(long bytes) implements Comparable<DataSize> {
    static final String PATTERN = "^[0-9]+(\\.[0-9]+)? ?(B|[KMGT]i?B)?$";
    static final String EXPECTED = "must be a size such as 64KiB, 500MB or 1GiB, or a number of bytes";

    private static final Pattern TEXT = Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?(B|[KMGT]i?B)?");

    /** Largest first, so that the first unit that divides a size is the shortest form. */
    private static final Map<String, Long> UNITS = units();

    /** Throws {@link IllegalArgumentException} if negative. */
    public DataSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("must be at least 0 bytes, not " + bytes);
        }
    }

    /** The size of this many bytes. */
    public static DataSize ofBytes(long bytes) {
        return new DataSize(bytes);
    }

    /**
     * Parses a size; throws {@link IllegalArgumentException} on invalid text, on a fraction of a byte and on more than
     * {@link Long#MAX_VALUE} bytes.
     */
    public static DataSize parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(EXPECTED);
        }
        String unit = matcher.group(2);
        BigDecimal factor = BigDecimal.valueOf(unit == null || unit.equals("B") ? 1 : UNITS.getOrDefault(unit, 1L));
        try {
            return new DataSize(
                    new BigDecimal(matcher.group(1)).multiply(factor).longValueExact());
        } catch (ArithmeticException notALong) {
            throw new IllegalArgumentException("must be a whole number of bytes below 8EiB", notALong);
        }
    }

    /** Exact, in the largest unit that divides it, and parseable by {@link #parse}: {@code 1GiB}, {@code 1001B}. */
    @Override
    public String toString() {
        for (Map.Entry<String, Long> unit : UNITS.entrySet()) {
            if (bytes > 0 && bytes % unit.getValue() == 0) {
                return bytes / unit.getValue() + unit.getKey();
            }
        }
        return bytes + "B";
    }

    @Override
    public int compareTo(DataSize other) {
        return Long.compare(bytes, other.bytes);
    }

    private static Map<String, Long> units() {
        Map<String, Long> units = new LinkedHashMap<>();
        String prefixes = "KMGT";
        for (int power = prefixes.length(); power >= 1; power--) {
            char prefix = prefixes.charAt(power - 1);
            units.put(prefix + "iB", BigDecimal.valueOf(1024).pow(power).longValueExact());
            units.put(prefix + "B", BigDecimal.valueOf(1000).pow(power).longValueExact());
        }
        return units;
    }
}
