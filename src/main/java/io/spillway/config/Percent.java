package io.spillway.config;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * A percentage, written {@code 5%} or {@code 0.5%}.
 *
 * @param value 0 to 100, without trailing zeros
 */
public record Percent(BigDecimal value) {
    static final String PATTERN = "^(100(\\.0+)?|[0-9]{1,2}(\\.[0-9]{1,4})?) ?%$";
    static final String EXPECTED = "must be a percentage from 0% to 100%, such as 5% or 0.5%";

    private static final Pattern TEXT = Pattern.compile(PATTERN);
    private static final BigDecimal WHOLE = BigDecimal.valueOf(100);

    /** Throws {@link IllegalArgumentException} if out of range. */
    public Percent {
        if (value.signum() < 0 || value.compareTo(WHOLE) > 0) {
            throw new IllegalArgumentException(EXPECTED);
        }
        value = value.stripTrailingZeros();
    }

    /** Parses a percentage; throws {@link IllegalArgumentException} on invalid text. */
    public static Percent parse(String text) {
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException(EXPECTED);
        }
        return new Percent(new BigDecimal(text.substring(0, text.length() - 1).stripTrailing()));
    }

    /** Whether {@code part} is more than this percentage of {@code whole}; exact for any size. */
    public boolean isExceededBy(long part, long whole) {
        return BigDecimal.valueOf(part).multiply(WHOLE).compareTo(value.multiply(BigDecimal.valueOf(whole))) > 0;
    }

    /** Can be parsed by {@link #parse}. */
    @Override
    public String toString() {
        return value.toPlainString() + "%";
    }
}
