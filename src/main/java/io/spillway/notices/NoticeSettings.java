package io.spillway.notices;

import io.spillway.page.Texts;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The operator's settings for the notices of a site.
 *
 * @param languages         such as {@code en}; at least one of {@link #LANGUAGES}, the first is the default; no
 *     duplicates
 * @param documentation     page about the use of the site, or null
 * @param contact           contact for refused clients, such as an e-mail address or a URL, or null; converted to one
 *     line of text
 * @param problemTypes      base URL of the problem types, or null for a page next to the notices
 * @param retryAfterSeconds default for {@code Retry-After}; not part of a body
 * @param check             whether URLs are requested before they are named
 */
public record NoticeSettings(
        List<String> languages,
        @Nullable URI documentation,
        @Nullable String contact,
        @Nullable URI problemTypes,
        long retryAfterSeconds,
        boolean check) {
    /** The available languages. */
    public static final List<String> LANGUAGES =
            Texts.all().stream().map(Texts::language).toList();

    /** The defaults; ten seconds exceed the windows of common limiters. */
    public static final NoticeSettings DEFAULT = new NoticeSettings(LANGUAGES, null, null, null, 10, true);

    /** In bytes of UTF-8: longer than any address, and a body has space for it. */
    private static final int MAX_CONTACT = 300;

    /** Throws {@link IllegalArgumentException} if languages are missing, unknown or listed twice. */
    public NoticeSettings {
        if (languages == null || languages.isEmpty() || !LANGUAGES.containsAll(languages)) {
            throw new IllegalArgumentException("languages must be some of " + String.join(", ", LANGUAGES));
        }
        if (languages.stream().distinct().count() != languages.size()) {
            throw new IllegalArgumentException("languages must not contain duplicates");
        }
        languages = List.copyOf(languages);
        contact = contact == null ? null : PlainText.line(contact, MAX_CONTACT);
    }
}
