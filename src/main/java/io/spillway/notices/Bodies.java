package io.spillway.notices;

import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ManifestJson;
import io.spillway.page.Templates;
import io.spillway.page.Texts;
import java.net.URI;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Renders notices, each shorter than {@link #LIMIT}. Thread-safe. */
final class Bodies {
    /**
     * Upper bound of a body in bytes, exclusive. Proxies buffer a whole response in 8 or 16 KiB, and some refuse to
     * start with a larger one; error responses are not compressed.
     */
    static final int LIMIT = 8_000;

    private final NoticeSettings settings;
    private final Templates templates = new Templates();
    private final List<Texts> languages;

    Bodies(NoticeSettings settings) {
        this.settings = settings;
        this.languages = settings.texts();
    }

    /**
     * Every file of a subject, by key: for each kind and format one without a language, and one for each language.
     *
     * @param more languages that are not in the settings but must be updated as well
     * @throws SpillwayException {@code CONFIG}: a body cannot be made short enough
     */
    Map<ObjectKey, byte[]> of(Subject subject, Collection<String> more) throws SpillwayException {
        Map<String, Texts> all = new LinkedHashMap<>();
        languages.forEach(texts -> all.put(texts.language(), texts));
        for (String language : more) {
            // A language that has no sentences any more: true in another one is better than outdated.
            all.putIfAbsent(language, settings.texts(language).orElse(languages.get(0)));
        }
        Map<ObjectKey, byte[]> files = new LinkedHashMap<>();
        for (NoticeKind kind : NoticeKind.values()) {
            for (NoticeFormat format : NoticeFormat.values()) {
                for (Map.Entry<String, Texts> each : all.entrySet()) {
                    String language = each.getKey();
                    byte[] body = body(subject, kind, each.getValue(), format);
                    files.put(NoticeFiles.key(subject.dataset(), kind, language, format), body);
                    if (language.equals(settings.languages().get(0))) {
                        files.put(NoticeFiles.key(subject.dataset(), kind, null, format), body);
                    }
                }
            }
        }
        return files;
    }

    /** Adds the keys of these files to a set; {@code dataset} is null for the site. */
    static void keys(Set<ObjectKey> keys, @Nullable String dataset, NoticeSettings settings, Collection<String> more) {
        Set<String> languages = new TreeSet<>(settings.languages());
        languages.addAll(more);
        for (NoticeKind kind : NoticeKind.values()) {
            for (NoticeFormat format : NoticeFormat.values()) {
                keys.add(NoticeFiles.key(dataset, kind, null, format));
                languages.forEach(language -> keys.add(NoticeFiles.key(dataset, kind, language, format)));
            }
        }
    }

    /** One of them; a language that there is no text in fails with {@link IllegalArgumentException}. */
    byte[] body(Subject subject, NoticeKind kind, String language, NoticeFormat format) throws SpillwayException {
        Texts texts = settings.texts(language)
                .orElseThrow(() -> new IllegalArgumentException("no texts in \"" + language + "\""));
        return body(subject, kind, texts, format);
    }

    /** The page that the URLs of the problem types lead to. */
    byte[] problems() {
        return templates.render("problems.jte", ProblemsPage.of(languages.get(0), PageStyle.OF_NOTICES));
    }

    private byte[] body(Subject subject, NoticeKind kind, Texts texts, NoticeFormat format) throws SpillwayException {
        BulkDownloads all = subject.downloads();
        for (int most = all.named(); most >= 0; most--) {
            byte[] body = render(subject.with(all.naming(most)), kind, texts, format);
            if (body.length < LIMIT) {
                return body;
            }
        }
        byte[] brief = render(subject.with(all.naming(0).briefly()), kind, texts, format);
        if (brief.length < LIMIT) {
            return brief;
        }
        throw new SpillwayException(
                Fault.CONFIG,
                "a notice of %s has %d bytes, but servers accept at most %d"
                        .formatted(subject.dataset() == null ? "the site" : subject.dataset(), brief.length, LIMIT - 1),
                "shorten the public URLs, or the texts in the section notices");
    }

    private byte[] render(Subject subject, NoticeKind kind, Texts texts, NoticeFormat format) {
        return switch (format) {
            case JSON -> ManifestJson.write(problem(subject, kind, texts));
            case HTML -> templates.render("notice.jte", wording(subject, kind, texts));
            case TEXT -> TextBody.of(wording(subject, kind, texts));
        };
    }

    private Wording wording(Subject subject, NoticeKind kind, Texts texts) {
        return Wording.of(kind, subject, settings, texts, PageStyle.OF_NOTICES);
    }

    private ProblemDetails problem(Subject subject, NoticeKind kind, Texts texts) {
        URI documentation = settings.documentation();
        return new ProblemDetails(
                subject.problems() == null ? "about:blank" : subject.problems() + kind.problem(),
                Wording.title(kind, texts),
                kind.status(),
                Wording.detail(kind, subject.downloads(), texts),
                subject.help(),
                documentation == null ? subject.homepage() : documentation.toASCIIString(),
                settings.contact(),
                subject.downloads());
    }
}
