package io.spillway.config;

import java.text.ParseException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Date;
import java.util.Optional;
import java.util.TimeZone;
import org.quartz.CronExpression;

/**
 * When something happens again and again, in Quartz's form: second, minute, hour, day of the month, month, day of the
 * week, and perhaps a year. Read by Quartz itself, so that what passes here is what its triggers do.
 *
 * @param text as it was written
 */
public record Cron(String text) {
    static final String PATTERN = "^\\s*(\\S+\\s+){5,6}\\S+\\s*$";
    static final String EXPECTED = "must be six or seven fields from seconds to year, such as 0 0 3 ? * SUN";

    /** Fails with {@link IllegalArgumentException} on what Quartz does not read. */
    public Cron {
        var unused = expression(text);
    }

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException Quartz does not read the text, or its last time is past; the message says what to
     *     write where that is known, and otherwise has Quartz's reason
     */
    public static Cron parse(String text) {
        if (!text.matches(PATTERN)) {
            throw new IllegalArgumentException(explain(text));
        }
        Cron cron = read(text.strip());
        if (cron.next(Instant.now(), ZoneId.of("UTC")).isEmpty()) {
            throw new IllegalArgumentException("never comes again");
        }
        return cron;
    }

    /** What is wrong with a text that {@link #PATTERN} does not match, and what to write where that is known. */
    static String explain(String text) {
        return CronHint.of(text).orElse(EXPECTED);
    }

    private static Cron read(String text) {
        try {
            return new Cron(text);
        } catch (IllegalArgumentException invalid) {
            throw new IllegalArgumentException(CronHint.of(text).orElse(String.valueOf(invalid.getMessage())), invalid);
        }
    }

    /**
     * The first time after another, or empty if there is none. A time of day that a change of clocks leaves out does not
     * come on that day; one that comes twice counts once.
     */
    public Optional<Instant> next(Instant after, ZoneId zone) {
        CronExpression expression = expression(text);
        expression.setTimeZone(TimeZone.getTimeZone(zone));
        return Optional.ofNullable(expression.getNextValidTimeAfter(Date.from(after)))
                .map(Date::toInstant);
    }

    private static CronExpression expression(String text) {
        try {
            return new CronExpression(text);
        } catch (ParseException | RuntimeException invalid) {
            throw new IllegalArgumentException(
                    "must be a cron expression; Quartz says: " + invalid.getMessage(), invalid);
        }
    }

    /** Readable by {@link #parse}. */
    @Override
    public String toString() {
        return text;
    }
}
