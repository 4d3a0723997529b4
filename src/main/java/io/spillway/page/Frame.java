package io.spillway.page;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parts common to all pages.
 *
 * @param texts          texts of its language
 * @param title          of the window
 * @param description    for search engines, or null
 * @param canonical      its public URL, or null if there is none
 * @param languages      the page in all languages, including its own
 * @param home           URL of the site's page, or null on that page itself
 * @param feed           URL of its feed
 * @param structuredData schema.org as JSON that is safe in a script element, or null
 * @param style          the style sheet
 * @param policy         its Content-Security-Policy, which allows that style sheet and nothing else
 */
public record Frame(
        Texts texts,
        String title,
        @Nullable String description,
        @Nullable String canonical,
        List<Language> languages,
        @Nullable String home,
        String feed,
        @Nullable String structuredData,
        String style,
        String policy) {

    /** The page in another language. */
    public record Language(String language, String name, String address) {}
}
