package io.spillway.notices;

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

/** Which notice a request gets: the same rules in the daemon and in the configurations of servers. */
public final class Negotiation {
    /** Programs of people at a terminal, which say that they take everything. */
    private static final Pattern TERMINAL = Pattern.compile("(?i)(curl|wget)/.*");

    private static final Pattern JSON = Pattern.compile("application/(?:[a-z0-9.-]+\\+)*json");

    private static final Pattern WEIGHT = Pattern.compile("0(?:\\.[0-9]{0,9})?|1(?:\\.0{0,9})?");

    /** What follows is read as one type, of no known name. */
    private static final int MOST_TYPES = 100;

    private static final int MOST_LANGUAGES = 10;

    private static final String ANYTHING = "*/*";

    private static final List<NoticeFormat> JSON_FIRST =
            List.of(NoticeFormat.JSON, NoticeFormat.TEXT, NoticeFormat.HTML);

    private static final List<NoticeFormat> TEXT_FIRST =
            List.of(NoticeFormat.TEXT, NoticeFormat.JSON, NoticeFormat.HTML);

    private static final Comparator<Wish> BEST_FIRST = Comparator.comparingDouble(Wish::weight)
            .thenComparing(Wish::exactness)
            .reversed()
            .thenComparingInt(Wish::place);

    private Negotiation() {}

    /** How exactly an entry of {@code Accept} names a form. */
    private enum Exactness {
        ANYTHING,
        KIND,
        TYPE
    }

    /** The entry of {@code Accept} that counts for a form, and its place in the header. */
    private record Wish(Exactness exactness, double weight, int place) {
        static Wish moreExact(Wish one, Wish other) {
            int order = one.exactness().compareTo(other.exactness());
            return order < 0 || (order == 0 && one.weight() < other.weight()) ? other : one;
        }
    }

    /**
     * The form that the client likes best. For each form its most exact entry counts: {@code application/json;q=0} excludes
     * JSON, also where everything else is taken. Of equal weights an exact name goes before a star, and then the client's
     * own order counts. Of forms that one star names, JSON goes first and text second; for curl and Wget text goes first. A
     * client that takes none of the forms gets JSON, or text where it refuses JSON.
     *
     * @param accept    the header's value, or null where there is none
     * @param userAgent the same
     */
    public static NoticeFormat format(@Nullable String accept, @Nullable String userAgent) {
        String accepted = accept == null || accept.isBlank() ? ANYTHING : accept.strip();
        Map<NoticeFormat, Wish> wishes = wishes(accepted.toLowerCase(Locale.ROOT));
        boolean terminal =
                userAgent != null && TERMINAL.matcher(userAgent.strip()).matches();
        List<NoticeFormat> usual = terminal ? TEXT_FIRST : JSON_FIRST;
        boolean refusesJson = wishes.containsKey(NoticeFormat.JSON)
                && wishes.get(NoticeFormat.JSON).exactness() == Exactness.TYPE;
        return wishes.entrySet().stream()
                .filter(wish -> wish.getValue().weight() > 0)
                .min(Map.Entry.<NoticeFormat, Wish>comparingByValue(BEST_FIRST)
                        .thenComparing(wish -> usual.indexOf(wish.getKey())))
                .map(Map.Entry::getKey)
                .orElse(refusesJson ? NoticeFormat.TEXT : NoticeFormat.JSON);
    }

    private static Map<NoticeFormat, Wish> wishes(String accepted) {
        Map<NoticeFormat, Wish> wishes = new EnumMap<>(NoticeFormat.class);
        String[] entries = accepted.split(",", MOST_TYPES);
        for (int place = 0; place < entries.length; place++) {
            String[] pieces = entries[place].strip().split("\\s*;\\s*", -1);
            for (NoticeFormat format : NoticeFormat.values()) {
                Exactness exactness = exactness(pieces[0], format);
                if (exactness != null) {
                    wishes.merge(format, new Wish(exactness, weight(pieces), place), Wish::moreExact);
                }
            }
        }
        return wishes;
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
