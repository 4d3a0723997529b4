package io.spillway.config;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * A share of a whole, written {@code 5%} or {@code 0.5%}.
 *
 * @param value 0 to 100, without trailing zeros
 */
public record Percent(BigDecimal value) {
    static final String PATTERN = "^(100(\\.0+)?|[0-9]{1,2}(\\.[0-9]{1,4})?) ?%$";
    static final String EXPECTED = "must be a percentage from 0% to 100%, such as 5% or 0.5%";

    private static final Pattern TEXT = Pattern.compile(PATTERN);
    private static final BigDecimal WHOLE = BigDecimal.valueOf(100);

    /** Fails with {@link IllegalArgumentException} outside of its range. */
    public Percent {
        if (value.signum() < 0 || value.compareTo(WHOLE) > 0) {
            throw new IllegalArgumentException(EXPECTED);
        }
        value = value.stripTrailingZeros();
    }

    /** Reads a percentage as a person writes it; fails with {@link IllegalArgumentException} on anything else. */
    public static Percent parse(String text) {
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException(EXPECTED);
        }
        return new Percent(new BigDecimal(text.substring(0, text.length() - 1).stripTrailing()));
    }

    /** Whether {@code part} is more than this share of {@code whole}; exact, whatever the sizes. */
    public boolean isExceededBy(long part, long whole) {
        return BigDecimal.valueOf(part).multiply(WHOLE).compareTo(value.multiply(BigDecimal.valueOf(whole))) > 0;
    }

    /** Readable by {@link #parse}. */
    @Override
    public String toString() {
        return value.toPlainString() + "%";
    }
}
