package io.spillway.config;

import java.text.ParseException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Date;
import java.util.Optional;
import java.util.TimeZone;
import org.quartz.CronExpression;

/**
 * A recurring time in Quartz's syntax: second, minute, hour, day of the month, month, day of the week, and an optional
 * year. Parsed by Quartz itself, so that validation and triggers agree.
 *
 * @param text as written
 */
public record Cron(String text) {
    static final String PATTERN = "^\\s*(\\S+\\s+){5,6}\\S+\\s*$";
    static final String EXPECTED = "must be six or seven fields from seconds to year, such as 0 0 3 ? * SUN";

    /** Throws {@link IllegalArgumentException} if Quartz cannot parse the text. */
    public Cron {
        var unused = expression(text);
    }

    /**
     * Parses an expression.
     *
     * @throws IllegalArgumentException Quartz cannot parse the text, or its last time is past; the message contains the
     *     correct form if it is known, otherwise Quartz's reason
     */
    public static Cron parse(String text) {
        if (!text.matches(PATTERN)) {
            throw new IllegalArgumentException(explain(text));
        }
        Cron cron = read(text.strip());
        if (cron.next(Instant.now(), ZoneId.of("UTC")).isEmpty()) {
            throw new IllegalArgumentException("has no future time");
        }
        return cron;
    }

    /** The problem of a text that does not match {@link #PATTERN}, with the correct form if it is known. */
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
     * The first time after another, or empty if there is none. A local time that is skipped by a clock change does not
     * occur on that day; one that occurs twice counts once.
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

    /** Can be parsed by {@link #parse}. */
    @Override
    public String toString() {
        return text;
    }
}
