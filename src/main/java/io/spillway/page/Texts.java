package io.spillway.page;

import java.text.NumberFormat;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The sentences of one language, and how it writes numbers and dates; dates are those of UTC. Immutable. */
public final class Texts {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    /** What dates and numbers look like in languages that are written in several ways. */
    private static final Map<String, Locale> LOCALES =
            Map.of("en", Locale.UK, "de", Locale.GERMANY, "fr", Locale.FRANCE, "pt", Locale.forLanguageTag("pt-BR"));

    private final Locale locale;
    private final Map<String, String> sentences;
    private final boolean fromTheRight;
    private final DateTimeFormatter dates;

    private Texts(String language, Map<String, String> sentences) {
        this.locale = LOCALES.getOrDefault(language, Locale.forLanguageTag(language));
        this.dates = DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                .withLocale(locale)
                .withZone(ZoneOffset.UTC);
        this.sentences = sentences;
        this.fromTheRight = Sentences.fromTheRight(sentences);
    }

    /** The languages that Spillway has sentences in; the first one is English. */
    public static List<Texts> all() {
        return of(Sentences.languages(), Map.of());
    }

    /**
     * Some languages, the first of which has the plain file names.
     *
     * @param languages their codes
     * @param supplied  the sentences of an operator by language, each without {@linkplain Sentences#problems problems}; they
     *                  are used in place of those that Spillway has
     * @throws IllegalArgumentException there are no sentences in a language
     */
    public static List<Texts> of(List<String> languages, Map<String, Map<String, String>> supplied) {
        return languages.stream()
                .map(language -> new Texts(
                        language, supplied.containsKey(language) ? supplied.get(language) : Sentences.of(language)))
                .toList();
    }

    /** {@code en}. */
    public String language() {
        return locale.getLanguage();
    }

    /** The language's own name: {@code English}. */
    public String languageName() {
        String name = Locale.forLanguageTag(language()).getDisplayLanguage(locale);
        return name.substring(0, 1).toUpperCase(locale) + name.substring(1);
    }

    /** How the language is written: {@code ltr} or {@code rtl}. */
    public String direction() {
        return fromTheRight ? "rtl" : "ltr";
    }

    /**
     * A sentence with {@code {0}} and so on filled, by which it may choose a form; numbers are written as by {@link #count}.
     * Fails with {@link IllegalArgumentException} where there is none of that key.
     */
    public String get(String key, Object... values) {
        String sentence = sentences.get(key);
        if (sentence == null) {
            throw new IllegalArgumentException("no sentence with the key " + key);
        }
        return Sentences.say(sentence, locale, values);
    }

    /** {@code 1,234,567}. */
    public String count(long number) {
        return NumberFormat.getIntegerInstance(locale).format(number);
    }

    /** {@code 1.4 GiB}. */
    public String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        // 1023.95 would show as 1024.0 of the smaller unit.
        while (value >= 1023.95 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(locale, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }

    /**
     * {@code 12 %}, with {@code <} or {@code >} in front if rounding would give 0 % or 100 % of a value that is
     * neither.
     */
    public String share(long part, long whole) {
        if (whole == 0) {
            return "–";
        }
        NumberFormat percent = NumberFormat.getPercentInstance(locale);
        double share = (double) part / whole;
        if (part > 0 && share < 0.005) {
            return "< " + percent.format(0.01);
        } else if (part < whole && share >= 0.995) {
            return "> " + percent.format(0.99);
        }
        return percent.format(share);
    }

    /**
     * An instant for the attribute {@code datetime} of HTML, which allows three digits of a second's fraction at most:
     * {@code 2026-11-21T03:00:00Z}.
     */
    public static String instant(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    /** {@code 21 November 2026}. */
    public String date(Instant instant) {
        return dates.format(instant);
    }
}
