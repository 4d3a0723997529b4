package io.spillway.parquet;

import io.spillway.json.Escapes;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/** Converts a JSON scalar to the value of a column. Not thread-safe. */
final class Scalars {
    private static final Pattern WHOLE = Pattern.compile("0|-?[1-9][0-9]{0,19}");
    private static final BigInteger UNSIGNED_LIMIT = BigInteger.ONE.shiftLeft(64);
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
    /** Enough for every double; longer numbers are not compared. */
    private static final int LONGEST = 64;

    private boolean exact;

    /** Whether the last value is exactly the JSON value, so that nothing is lost with its text. */
    boolean isExact() {
        return exact;
    }

    /** Counts a null as a value, which every column holds. */
    void nothing() {
        exact = true;
    }

    /**
     * The value for a column, or null if the column cannot hold anything of it.
     *
     * @param bytes the document; {@code bytes[from, to)} is a string, a number, {@code true} or {@code false}
     */
    @Nullable
    Object convert(Column.Kind kind, byte[] bytes, int from, int to) {
        boolean text = bytes[from] == '"';
        if (kind == Column.Kind.STRING) {
            // A number or a boolean is text in the column, and itself among the other values.
            exact = text && !hasLoneSurrogate(bytes, from + 1, to - 1);
            return Binary.fromString(
                    text
                            ? Escapes.text(bytes, from + 1, to - 1)
                            : new String(bytes, from, to - from, StandardCharsets.UTF_8));
        }
        String token = text
                ? Escapes.text(bytes, from + 1, to - 1)
                : new String(bytes, from, to - from, StandardCharsets.UTF_8);
        exact = !text;
        return switch (kind) {
            case INTEGER -> integer(token);
            case LONG -> whole(token, Long.MIN_VALUE, Long.MAX_VALUE);
            case UNSIGNED -> unsigned(token);
            case DOUBLE -> decimal(token);
            case BOOLEAN -> token.equals("true") ? Boolean.TRUE : token.equals("false") ? Boolean.FALSE : null;
            case TIMESTAMP -> text ? timestamp(token) : null;
            default -> throw new IllegalArgumentException("not a column of scalars: " + kind);
        };
    }

    private static @Nullable Integer integer(String token) {
        Long value = whole(token, Integer.MIN_VALUE, Integer.MAX_VALUE);
        return value == null ? null : value.intValue();
    }

    private static @Nullable Long whole(String token, long least, long most) {
        if (!WHOLE.matcher(token).matches()) {
            return null;
        }
        BigInteger value = new BigInteger(token);
        return value.compareTo(BigInteger.valueOf(least)) < 0 || value.compareTo(BigInteger.valueOf(most)) > 0
                ? null
                : Long.valueOf(value.longValue());
    }

    private static @Nullable Binary unsigned(String token) {
        if (!WHOLE.matcher(token).matches()) {
            return null;
        }
        BigInteger value = new BigInteger(token);
        if (value.signum() < 0 || value.compareTo(UNSIGNED_LIMIT) >= 0) {
            return null;
        }
        byte[] digits = value.toByteArray();
        byte[] fixed = new byte[Column.UNSIGNED_BYTES];
        System.arraycopy(digits, 0, fixed, fixed.length - digits.length, digits.length);
        return Binary.fromConstantByteArray(fixed);
    }

    /** The nearest double; exact if its shortest decimal form is the number. */
    private @Nullable Double decimal(String token) {
        if (token.length() > LONGEST || !NUMBER.matcher(token).matches()) {
            exact = false;
            return NUMBER.matcher(token).matches() ? finite(Double.parseDouble(token)) : null;
        }
        Double value = finite(Double.parseDouble(token));
        exact &= value != null && new BigDecimal(value.toString()).compareTo(new BigDecimal(token)) == 0;
        return value;
    }

    private static @Nullable Double finite(double value) {
        return Double.isInfinite(value) ? null : Double.valueOf(value);
    }

    /** Microseconds since 1970; exact if the usual form of the instant is the text. */
    private @Nullable Long timestamp(String token) {
        Instant instant;
        try {
            instant = token.length() == "2000-01-01".length()
                    ? LocalDate.parse(token).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : OffsetDateTime.parse(token).toInstant();
            long micros = ChronoUnit.MICROS.between(Instant.EPOCH, instant);
            exact = instant.equals(Instant.EPOCH.plus(micros, ChronoUnit.MICROS))
                    && instant.toString().equals(token);
            return micros;
        } catch (DateTimeException | ArithmeticException e) {
            // Not one of the forms that mean an instant without the format of the mapping.
            return null;
        }
    }

    /** Whether a string has the escape of half of a surrogate pair, which is not a character. */
    private static boolean hasLoneSurrogate(byte[] bytes, int from, int to) {
        if (!Escapes.within(bytes, from, to)) {
            return false;
        }
        int p = from;
        while (p < to) {
            if (bytes[p] != '\\') {
                p++;
            } else if (bytes[p + 1] != 'u') {
                p += 2;
            } else {
                char unit = unit(bytes, p);
                boolean pair = Character.isHighSurrogate(unit)
                        && p + 12 <= to
                        && bytes[p + 6] == '\\'
                        && bytes[p + 7] == 'u'
                        && Character.isLowSurrogate(unit(bytes, p + 6));
                if (Character.isSurrogate(unit) && !pair) {
                    return true;
                }
                p += pair ? 12 : 6;
            }
        }
        return false;
    }

    private static char unit(byte[] bytes, int backslash) {
        return (char) Integer.parseInt(
                new String(Arrays.copyOfRange(bytes, backslash + 2, backslash + 6), StandardCharsets.US_ASCII), 16);
    }
}
