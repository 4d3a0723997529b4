package io.spillway.notices;

import io.spillway.fault.Printable;
import io.spillway.page.Sentences;
import io.spillway.page.Texts;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the operator of a site says about its notices. The languages are those of its pages, too.
 *
 * @param languages         such as {@code en}; the first is the default; each once, and there are sentences in each
 * @param documentation     page about the use of the site, or null
 * @param contact           where rejected clients may ask, for people: an address of either kind, or null; made one line of
 *                          text
 * @param problemTypes      what the problem types' addresses begin with, or null for a page beside the notices
 * @param retryAfterSeconds what a limiter that knows nothing better puts into {@code Retry-After}; in no body
 * @param check             whether addresses are asked for before they are named
 * @param sentences         the operator's own sentences, by language and key, or null for none
 */
public record NoticeSettings(
        List<String> languages,
        @Nullable URI documentation,
        @Nullable String contact,
        @Nullable URI problemTypes,
        long retryAfterSeconds,
        boolean check,
        @Nullable Map<String, Map<String, String>> sentences) {
    /** The defaults: ten seconds are above the windows of common limiters. */
    public static final NoticeSettings DEFAULT = new NoticeSettings(Sentences.languages(), null, null, null, 10, true);

    /** In bytes of UTF-8: longer than any address, and a body has space for it. */
    private static final int MAX_CONTACT = 300;

    private static final Pattern CODE = Pattern.compile("[a-z]{2,3}");

    /**
     * Fails with {@link IllegalArgumentException} on no language, on one that is there twice or has no sentences, and on
     * sentences with {@linkplain Sentences#problems problems}.
     */
    public NoticeSettings {
        sentences = sentences == null || sentences.isEmpty() ? null : Map.copyOf(sentences);
        for (var supplied :
                sentences == null ? Map.<String, Map<String, String>>of().entrySet() : sentences.entrySet()) {
            List<String> problems = Sentences.problems(supplied.getValue());
            if (!CODE.matcher(supplied.getKey()).matches() || !problems.isEmpty()) {
                throw new IllegalArgumentException(
                        "sentences of a language: " + Printable.line(supplied.getKey()) + " " + problems);
            }
        }
        Set<String> known = new TreeSet<>(Sentences.languages());
        if (sentences != null) {
            known.addAll(sentences.keySet());
        }
        if (languages == null || languages.isEmpty() || !known.containsAll(languages)) {
            throw new IllegalArgumentException("languages must be some of " + String.join(", ", known));
        }
        if (languages.stream().distinct().count() != languages.size()) {
            throw new IllegalArgumentException("languages must not contain duplicates");
        }
        languages = List.copyOf(languages);
        contact = contact == null ? null : PlainText.line(contact, MAX_CONTACT);
    }

    /** The same without sentences of the operator's own. */
    public NoticeSettings(
            List<String> languages,
            @Nullable URI documentation,
            @Nullable String contact,
            @Nullable URI problemTypes,
            long retryAfterSeconds,
            boolean check) {
        this(languages, documentation, contact, problemTypes, retryAfterSeconds, check, null);
    }

    /** The languages with their sentences, the default one first. */
    public List<Texts> texts() {
        return Texts.of(languages, sentences == null ? Map.of() : sentences);
    }

    /** The sentences of a language, also of one that is not among these settings' but that Spillway has. */
    Optional<Texts> texts(String language) {
        boolean known =
                Sentences.languages().contains(language) || (sentences != null && sentences.containsKey(language));
        return known
                ? Optional.of(Texts.of(List.of(language), sentences == null ? Map.of() : sentences)
                        .get(0))
                : Optional.empty();
    }
}
