package io.spillway.config;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Suggests the correct form of a cron expression in another syntax, such as that of Unix, or with a common mistake. */
final class CronHint {
    private static final Map<String, String> NICKNAMES = Map.of(
            "@hourly", "0 0 * * * ?",
            "@daily", "0 0 0 * * ?",
            "@midnight", "0 0 0 * * ?",
            "@weekly", "0 0 0 ? * SUN",
            "@monthly", "0 0 0 1 * ?",
            "@yearly", "0 0 0 1 1 ?",
            "@annually", "0 0 0 1 1 ?");

    /** A day, a range or all days, with an optional step. */
    private static final Pattern DAYS = Pattern.compile("(?:\\*|([0-7]|[A-Z]+)(?:-([0-7]|[A-Z]+))?)(?:/([1-7]))?");

    private static final int DAY_OF_MONTH = 3;
    private static final int DAY_OF_WEEK = 5;
    private static final int IN_UNIX = 5;
    private static final int WEEK = 7;

    private CronHint() {}

    /** The problem of a text that Quartz cannot parse, with the correct form; empty if it is unknown. */
    static Optional<String> of(String text) {
        String[] fields = text.strip().toUpperCase(Locale.ROOT).split("\\s+", -1);
        if (fields[0].startsWith("@")) {
            return Optional.ofNullable(NICKNAMES.get(fields[0].toLowerCase(Locale.ROOT)))
                    .filter(form -> fields.length == 1)
                    .map(form -> "is not supported in this form: write " + form);
        } else if (fields.length == IN_UNIX) {
            return unix(fields);
        }
        return fields.length > IN_UNIX ? days(fields) : Optional.empty();
    }

    private static Optional<String> unix(String[] fields) {
        String[] six = new String[fields.length + 1];
        six[0] = "0";
        System.arraycopy(fields, 0, six, 1, fields.length);
        six[DAY_OF_WEEK] = dayOfWeek(six[DAY_OF_WEEK]).orElse("");
        if (areBothSet(six)) {
            return Optional.of("has five fields as in Unix, where one of two days is sufficient: set one day, and write"
                    + " seconds first and ? for the other day, such as 0 0 3 ? * SUN");
        }
        return valid(six)
                .map(form -> "has five fields as in Unix: write seconds first and ? for one of the two days: " + form);
    }

    private static Optional<String> days(String[] fields) {
        String[] changed = fields.clone();
        if (changed[DAY_OF_WEEK].contains("0")) { // Quartz counts from 1, SUN, to 7, SAT
            changed[DAY_OF_WEEK] = dayOfWeek(changed[DAY_OF_WEEK]).orElse("");
        }
        if (areBothSet(changed)) {
            return Optional.of("sets a day of the month and a day of the week: write ? for one of them");
        }
        return valid(changed)
                .map(form -> "must have ? for exactly one of the two days, and days of the week as SUN to SAT:"
                        + " write " + form);
    }

    private static boolean areBothSet(String[] fields) {
        return !isAny(fields[DAY_OF_MONTH]) && !isAny(fields[DAY_OF_WEEK]);
    }

    private static boolean isAny(String field) {
        return field.equals("*") || field.equals("?");
    }

    /** The fields with a question mark in the required place, if Quartz can parse them then. */
    private static Optional<String> valid(String[] fields) {
        String[] form = fields.clone();
        boolean weekly = !isAny(form[DAY_OF_WEEK]);
        if (isAny(form[DAY_OF_MONTH])) {
            form[DAY_OF_MONTH] = weekly ? "?" : "*";
        }
        if (!weekly) {
            form[DAY_OF_WEEK] = "?";
        }
        String text = String.join(" ", form);
        try {
            Cron cron = new Cron(text);
            return cron.next(Instant.now(), ZoneId.of("UTC")).map(next -> text);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // it has another problem, too
        }
    }

    /** Converts days of the week from Unix numbers, 0 or 7 for Sunday, to Quartz's names; empty if they are invalid. */
    private static Optional<String> dayOfWeek(String field) {
        if (isAny(field)) {
            return Optional.of(field);
        }
        List<String> days = new ArrayList<>();
        for (String piece : field.split(",", -1)) {
            Matcher matcher = DAYS.matcher(piece);
            if (!matcher.matches()) {
                return Optional.empty();
            }
            boolean all = matcher.group(1) == null;
            int from = all ? 0 : day(matcher.group(1));
            int to = all ? WEEK - 1 : matcher.group(2) == null ? from : day(matcher.group(2));
            if (from < 0 || to < 0) {
                return Optional.empty();
            } else if (matcher.group(3) != null) {
                int last = !all && matcher.group(2) == null ? WEEK - 1 : to;
                for (int day = from; day <= last; day += Integer.parseInt(matcher.group(3))) {
                    days.add(name(day));
                }
            } else if (to - from >= WEEK - 1) {
                return Optional.of("*");
            } else {
                days.add(from == to ? name(from) : name(from) + "-" + name(to));
            }
        }
        return Optional.of(String.join(",", days));
    }

    private static int day(String text) {
        if (text.length() == 1 && Character.isDigit(text.charAt(0))) {
            return text.charAt(0) - '0';
        }
        for (DayOfWeek day : DayOfWeek.values()) {
            if (text.equals(day.name()) || text.equals(name(day.getValue()))) {
                return day.getValue();
            }
        }
        return -1;
    }

    /** @param day 1, Monday, to 7, Sunday; 0 is Sunday too */
    private static String name(int day) {
        return DayOfWeek.of(day == 0 ? WEEK : day)
                .getDisplayName(TextStyle.SHORT, Locale.ENGLISH)
                .toUpperCase(Locale.ROOT);
    }
}
