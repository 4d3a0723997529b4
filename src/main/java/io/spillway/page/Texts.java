package io.spillway.page;

import java.text.MessageFormat;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;

/** The texts of one language, and its formats for numbers and dates; dates are in UTC. Immutable. */
public final class Texts {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    private static final String BUNDLE = "io.spillway.page.texts";

    private final Locale locale;
    private final ResourceBundle bundle;

    private Texts(String bundle, Locale locale) {
        this.locale = locale;
        // No fallback, so that the machine's locale is never used.
        this.bundle = ResourceBundle.getBundle(
                bundle,
                locale,
                Texts.class.getClassLoader(),
                ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
    }

    /** All languages of pages; the first one has file names without a language. */
    public static List<Texts> all() {
        return all(BUNDLE);
    }

    /** The same languages with the texts of another bundle, which must have each of them. */
    public static List<Texts> all(String bundle) {
        return List.of(
                new Texts(bundle, Locale.UK),
                new Texts(bundle, Locale.GERMANY),
                new Texts(bundle, Locale.forLanguageTag("pt-BR")));
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

    /** A text of the bundle, with {@code {0}} and so on replaced; fails if the key is missing. */
    public String get(String key, Object... values) {
        return new MessageFormat(bundle.getString(key), locale).format(values);
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
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                .withLocale(locale)
                .withZone(ZoneOffset.UTC)
                .format(instant);
    }
}
