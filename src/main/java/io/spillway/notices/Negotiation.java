package io.spillway.notices;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which notice a request gets: the same rules in the daemon and in the configurations of servers. */
public final class Negotiation {
    /** Programs of people at a terminal, which say that they take everything. */
    private static final Pattern TERMINAL = Pattern.compile("(?i)(curl|wget)/.*");

    private static final Pattern JSON = Pattern.compile("application/(?:[a-z0-9.-]+\\+)*json");

    private static final Pattern WEIGHT = Pattern.compile("0(?:\\.[0-9]{0,9})?|1(?:\\.0{0,9})?");

    /** What follows is read as one type, of no known name. */
    private static final int MOST_TYPES = 100;

    private static final int MOST_LANGUAGES = 10;

    private Negotiation() {}

    /**
     * The form that the client likes best, by its weights; of equal ones what it names before what a star stands for, and
     * then its own order. JSON where it names nothing that there is, except that curl and Wget get text where they take
     * everything.
     *
     * @param accept    the header's value, or null where there is none
     * @param userAgent the same
     */
    public static NoticeFormat format(@Nullable String accept, @Nullable String userAgent) {
        String accepted = accept == null ? "" : accept.strip().toLowerCase(Locale.ROOT);
        NoticeFormat best = null;
        boolean anything = accepted.isEmpty();
        double highest = 0;
        for (String wish : accepted.split(",", MOST_TYPES)) {
            String[] pieces = wish.strip().split("\\s*;\\s*", -1);
            NoticeFormat named = named(pieces[0]);
            boolean star = pieces[0].equals("*/*") || pieces[0].equals("application/*");
            double weight = named == null && !star ? 0 : weight(pieces);
            if (weight > highest || (weight == highest && weight > 0 && best == null && named != null)) {
                best = named;
                anything = star;
                highest = weight;
            }
        }
        if (best != null) {
            return best;
        }
        boolean terminal =
                userAgent != null && TERMINAL.matcher(userAgent.strip()).matches();
        return anything && terminal ? NoticeFormat.TEXT : NoticeFormat.JSON;
    }

    private static @Nullable NoticeFormat named(String type) {
        return switch (type) {
            case "text/html", "application/xhtml+xml" -> NoticeFormat.HTML;
            case "text/plain" -> NoticeFormat.TEXT;
            default -> JSON.matcher(type).matches() ? NoticeFormat.JSON : null;
        };
    }

    /** 0 to 1; 1 where nothing is said, and 0 where it is not a weight. */
    private static double weight(String[] pieces) {
        for (int i = 1; i < pieces.length; i++) {
            if (pieces[i].startsWith("q=")) {
                String value = pieces[i].substring(2).strip();
                return WEIGHT.matcher(value).matches() ? Double.parseDouble(value) : 0;
            }
        }
        return 1;
    }

    /** At most so many wishes: the effort grows with the square of their number. */
    private static String first(String acceptLanguage) {
        return Arrays.stream(acceptLanguage.split(",", MOST_LANGUAGES + 1))
                .limit(MOST_LANGUAGES)
                .collect(Collectors.joining(","));
    }

    /**
     * The language of those that there are which the client likes best, by its weights; the first where it likes none.
     * Only the first ten wishes count.
     *
     * @param acceptLanguage the header's value, or null where there is none
     * @param languages      at least one
     */
    public static String language(@Nullable String acceptLanguage, List<String> languages) {
        if (acceptLanguage == null || acceptLanguage.isBlank()) {
            return languages.get(0);
        }
        try {
            List<Locale.LanguageRange> wanted = Locale.LanguageRange.parse(first(acceptLanguage)).stream()
                    .filter(range -> range.getWeight() > 0)
                    .toList();
            String found = Locale.lookupTag(wanted, languages);
            return found == null ? languages.get(0) : found;
        } catch (IllegalArgumentException e) {
            return languages.get(0); // Not a header by the rules; whoever sends that reads any language.
        }
    }

    /**
     * The dataset that covers a path: the one with the longest path among its {@code covers}, the first by name where two
     * have the same.
     *
     * @param path   of the refused request; what follows a {@code ?} does not count
     * @param covers paths by dataset, as {@link #covers} reads them
     */
    public static Optional<String> dataset(String path, Map<String, List<String>> covers) {
        int query = path.indexOf('?');
        String asked = query < 0 ? path : path.substring(0, query);
        String best = null;
        String longest = "";
        for (Map.Entry<String, List<String>> dataset : covers.entrySet()) {
            for (String rule : dataset.getValue()) {
                if (covers(rule, asked) && (best == null || goesBefore(rule, dataset.getKey(), longest, best))) {
                    best = dataset.getKey();
                    longest = rule;
                }
            }
        }
        return Optional.ofNullable(best);
    }

    private static boolean goesBefore(String rule, String dataset, String other, String otherDataset) {
        int order = Integer.compare(length(other), length(rule));
        if (order == 0) {
            order = Boolean.compare(rule.endsWith("*"), other.endsWith("*"));
        }
        return order == 0 ? dataset.compareTo(otherDataset) < 0 : order < 0;
    }

    /**
     * Whether an entry of {@code covers} covers a path: it covers itself and what is below it, and with a star at its end
     * everything that begins with it. {@code /search} covers {@code /search} and {@code /search/a}, not {@code /searchable};
     * {@code /search*} covers all three. Parameters after a semicolon do not count.
     *
     * @param rule as a schedule has it
     * @param path without a query
     */
    public static boolean covers(String rule, String path) {
        String beginning = rule.endsWith("*") ? rule.substring(0, rule.length() - 1) : rule;
        if (!path.startsWith(beginning)) {
            return false;
        }
        return rule.endsWith("*")
                || rule.endsWith("/")
                || path.length() == rule.length()
                || path.charAt(rule.length()) == '/'
                || path.charAt(rule.length()) == ';';
    }

    /** How specific an entry of {@code covers} is: its length without the star, in characters. */
    public static int length(String rule) {
        return rule.endsWith("*") ? rule.length() - 1 : rule.length();
    }
}
