package io.spillway.notices;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Selects the notice for a request, by the same rules as the configurations of servers. */
public final class Negotiation {
    private static final Pattern CAPITALS = Pattern.compile("[A-Z]+");

    /** Command-line programs, which accept everything. */
    private static final Pattern TERMINAL = Pattern.compile("(?i)(curl|wget)/.*");

    private static final Pattern JSON = Pattern.compile("application/(?:[a-z0-9.-]+\\+)*json");

    private static final Pattern WEIGHT = Pattern.compile("0(?:\\.[0-9]{0,9})?|1(?:\\.0{0,9})?");

    /** Entries beyond this are ignored. */
    private static final int MOST_TYPES = 100;

    private static final int MOST_LANGUAGES = 10;

    private static final String ANYTHING = "*/*";

    private static final String END_OF_SEGMENT = "/\0";

    private static final List<NoticeFormat> JSON_FIRST =
            List.of(NoticeFormat.JSON, NoticeFormat.TEXT, NoticeFormat.HTML);

    private static final List<NoticeFormat> TEXT_FIRST =
            List.of(NoticeFormat.TEXT, NoticeFormat.JSON, NoticeFormat.HTML);

    private static final Comparator<Preference> BEST_FIRST = Comparator.comparingDouble(Preference::weight)
            .thenComparing(Preference::exactness)
            .reversed()
            .thenComparingInt(Preference::place);

    private Negotiation() {}

    /** How exactly an entry of {@code Accept} names a format. */
    private enum Exactness {
        ANYTHING,
        KIND,
        TYPE
    }

    /** The entry of {@code Accept} that applies to a format, and its position in the header. */
    private record Preference(Exactness exactness, double weight, int place) {
        static Preference moreExact(Preference one, Preference other) {
            int order = one.exactness().compareTo(other.exactness());
            return order < 0 || (order == 0 && one.weight() < other.weight()) ? other : one;
        }
    }

    /**
     * The format that the client prefers. For each format its most exact entry applies: {@code application/json;q=0}
     * excludes JSON even if everything else is accepted. Among equal weights an exact name precedes a wildcard, then
     * the client's order decides. Among formats that one wildcard names, JSON comes first and text second; for curl and
     * Wget text comes first. A client that accepts none of the formats gets JSON, or text if it refuses JSON.
     *
     * @param accept    the header's value, or null if absent
     * @param userAgent the same
     */
    public static NoticeFormat format(@Nullable String accept, @Nullable String userAgent) {
        String accepted = accept == null || accept.isBlank() ? ANYTHING : accept.strip();
        Map<NoticeFormat, Preference> preferences = preferences(accepted.toLowerCase(Locale.ROOT));
        boolean terminal =
                userAgent != null && TERMINAL.matcher(userAgent.strip()).matches();
        List<NoticeFormat> usual = terminal ? TEXT_FIRST : JSON_FIRST;
        boolean refusesJson = preferences.containsKey(NoticeFormat.JSON)
                && preferences.get(NoticeFormat.JSON).exactness() == Exactness.TYPE;
        return preferences.entrySet().stream()
                .filter(preference -> preference.getValue().weight() > 0)
                .min(Map.Entry.<NoticeFormat, Preference>comparingByValue(BEST_FIRST)
                        .thenComparing(preference -> usual.indexOf(preference.getKey())))
                .map(Map.Entry::getKey)
                .orElse(refusesJson ? NoticeFormat.TEXT : NoticeFormat.JSON);
    }

    private static Map<NoticeFormat, Preference> preferences(String accepted) {
        Map<NoticeFormat, Preference> preferences = new EnumMap<>(NoticeFormat.class);
        String[] entries = accepted.split(",", MOST_TYPES);
        for (int place = 0; place < entries.length; place++) {
            String[] pieces = entries[place].strip().split("\\s*;\\s*", -1);
            for (NoticeFormat format : NoticeFormat.values()) {
                Exactness exactness = exactness(pieces[0], format);
                if (exactness != null) {
                    preferences.merge(format, new Preference(exactness, weight(pieces), place), Preference::moreExact);
                }
            }
        }
        return preferences;
    }

    private static @Nullable Exactness exactness(String type, NoticeFormat format) {
        if (type.equals(ANYTHING)) {
            return Exactness.ANYTHING;
        }
        boolean json = format == NoticeFormat.JSON;
        if (type.equals(json ? "application/*" : "text/*")) {
            return Exactness.KIND;
        }
        boolean named = switch (format) {
            case HTML -> type.equals("text/html") || type.equals("application/xhtml+xml");
            case TEXT -> type.equals("text/plain");
            case JSON -> JSON.matcher(type).matches();
        };
        return named ? Exactness.TYPE : null;
    }

    /** 0 to 1; 1 if absent, and 0 if invalid. */
    private static double weight(String[] pieces) {
        for (int i = 1; i < pieces.length; i++) {
            if (pieces[i].startsWith("q=")) {
                String value = pieces[i].substring(2).strip();
                return WEIGHT.matcher(value).matches() ? Double.parseDouble(value) : 0;
            }
        }
        return 1;
    }

    /** Limits the number of entries, because the effort is quadratic in it. */
    private static String first(String acceptLanguage) {
        return Arrays.stream(acceptLanguage.split(",", MOST_LANGUAGES + 1))
                .limit(MOST_LANGUAGES)
                .collect(Collectors.joining(","));
    }

    /**
     * The available language that the client prefers by its weights, or the first one if it prefers none. Only the
     * first ten entries count.
     *
     * @param acceptLanguage the header's value, or null if absent
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
            return languages.get(0); // An invalid header: use the default.
        }
    }

    /**
     * The dataset that covers a path: the one with the longest matching path among its {@code covers}, the first by
     * name on a tie.
     *
     * @param path   of the refused request; a query after {@code ?} is ignored
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
     * {@code /search*} covers all three. Parameters after a semicolon, doubled slashes and the case of ASCII letters do
     * not count; a backslash counts as a slash, and a NUL ends a path. Both may be percent-encoded.
     *
     * @param rule as in the schedule
     * @param path without a query
     */
    public static boolean covers(String rule, String path) {
        String beginning = plain(rule.endsWith("*") ? rule.substring(0, rule.length() - 1) : rule);
        String asked = plain(path);
        if (!asked.startsWith(beginning)) {
            return false;
        }
        return rule.endsWith("*")
                || rule.endsWith("/")
                || asked.length() == beginning.length()
                || END_OF_SEGMENT.indexOf(asked.charAt(beginning.length())) >= 0;
    }

    /** A path as applications compare it. */
    private static String plain(String path) {
        String text = decoded(path).replaceAll(";[^/\\\\]*", "").replaceAll("[/\\\\]+", "/");
        return CAPITALS.matcher(text).replaceAll(letters -> letters.group().toLowerCase(Locale.ROOT));
    }

    /** Letters that are percent-encoded, as text; a text that is not encoded by the rules as it is. */
    private static String decoded(String path) {
        try {
            return path.contains("%") ? URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8) : path;
        } catch (IllegalArgumentException e) {
            return path;
        }
    }

    /** The specificity of an entry of {@code covers}: its length without the star, in characters. */
    public static int length(String rule) {
        return rule.endsWith("*") ? rule.length() - 1 : rule.length();
    }
}
