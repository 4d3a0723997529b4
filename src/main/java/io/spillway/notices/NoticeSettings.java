package io.spillway.notices;

import io.spillway.page.Texts;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the operator of a site says about its notices.
 *
 * @param languages         such as {@code en}; at least one of {@link #LANGUAGES}, the first is the default; each once
 * @param documentation     page about the use of the site, or null
 * @param contact           whom the refused may ask, for people: an address of either kind, or null; made one line of
 *                          text
 * @param problemTypes      what the problem types' addresses begin with, or null for a page beside the notices
 * @param retryAfterSeconds what a limiter that knows nothing better puts into {@code Retry-After}; in no body
 * @param check             whether addresses are asked for before they are named
 */
public record NoticeSettings(
        List<String> languages,
        @Nullable URI documentation,
        @Nullable String contact,
        @Nullable URI problemTypes,
        long retryAfterSeconds,
        boolean check) {
    /** The languages that there are texts in. */
    public static final List<String> LANGUAGES =
            Texts.all().stream().map(Texts::language).toList();

    /** What holds where nobody has said anything: ten seconds are above the windows of common limiters. */
    public static final NoticeSettings DEFAULT = new NoticeSettings(LANGUAGES, null, null, null, 10, true);

    /** Bytes of UTF-8: no address is longer, and a body has room for them. */
    private static final int MAX_CONTACT = 300;

    /** Fails with {@link IllegalArgumentException} on no language, on an unknown one, and on one that is there twice. */
    public NoticeSettings {
        if (languages == null || languages.isEmpty() || !LANGUAGES.containsAll(languages)) {
            throw new IllegalArgumentException("languages must be some of " + String.join(", ", LANGUAGES));
        }
        if (languages.stream().distinct().count() != languages.size()) {
            throw new IllegalArgumentException("languages must name each language once");
        }
        languages = List.copyOf(languages);
        contact = contact == null ? null : PlainText.line(contact, MAX_CONTACT);
    }
}
