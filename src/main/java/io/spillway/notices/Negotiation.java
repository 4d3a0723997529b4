package io.spillway.notices;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which notice a request gets: the same rules in the daemon and in the configurations of servers. */
public final class Negotiation {
    /** Programs of people at a terminal, which say that they take everything. */
    private static final Pattern TERMINAL = Pattern.compile("(?i)(curl|wget)/.*");

    private Negotiation() {}

    /**
     * HTML for who names it, as browsers do; text for who names that, and for curl and Wget where they name nothing; JSON
     * for everybody else. Weights are not read: nobody who prefers JSON names HTML.
     *
     * @param accept    the header's value, or null where there is none
     * @param userAgent the same
     */
    public static NoticeFormat format(@Nullable String accept, @Nullable String userAgent) {
        String accepted = accept == null ? "" : accept.strip().toLowerCase(Locale.ROOT);
        if (accepted.contains("text/html")) {
            return NoticeFormat.HTML;
        } else if (accepted.contains("text/plain")) {
            return NoticeFormat.TEXT;
        }
        boolean anything = accepted.isEmpty() || accepted.equals("*/*");
        boolean terminal =
                userAgent != null && TERMINAL.matcher(userAgent.strip()).matches();
        return anything && terminal ? NoticeFormat.TEXT : NoticeFormat.JSON;
    }

    /**
     * The language of those that there are which the client likes best, by its weights; the first where it likes none.
     *
     * @param acceptLanguage the header's value, or null where there is none
     * @param languages      at least one
     */
    public static String language(@Nullable String acceptLanguage, List<String> languages) {
        if (acceptLanguage == null || acceptLanguage.isBlank()) {
            return languages.get(0);
        }
        try {
            List<Locale.LanguageRange> wanted = Locale.LanguageRange.parse(acceptLanguage).stream()
                    .filter(range -> range.getWeight() > 0)
                    .toList();
            String found = Locale.lookupTag(wanted, languages);
            return found == null ? languages.get(0) : found;
        } catch (IllegalArgumentException e) {
            return languages.get(0); // Not a header by the rules; whoever sends that reads any language.
        }
    }

    /**
     * The dataset that holds what is below a path: the one with the longest prefix of it among its {@code covers}, the
     * first by name where two have the same.
     *
     * @param path   of the refused request; what follows a {@code ?} does not count
     * @param covers prefixes of paths, by dataset
     */
    public static Optional<String> dataset(String path, Map<String, List<String>> covers) {
        int query = path.indexOf('?');
        String asked = query < 0 ? path : path.substring(0, query);
        String best = null;
        int longest = -1;
        for (Map.Entry<String, List<String>> dataset : covers.entrySet()) {
            for (String prefix : dataset.getValue()) {
                boolean better = prefix.length() > longest
                        || (prefix.length() == longest
                                && best != null
                                && dataset.getKey().compareTo(best) < 0);
                if (better && asked.startsWith(prefix)) {
                    best = dataset.getKey();
                    longest = prefix.length();
                }
            }
        }
        return Optional.ofNullable(best);
    }
}
