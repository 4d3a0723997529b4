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

/** Renders notices, each shorter than {@link #LIMIT}. Thread-safe. */
final class Bodies {
    /**
     * Upper bound of a body in bytes, exclusive. Proxies buffer a whole response in 8 or 16 KiB, and some refuse to
     * start with a larger one; error responses are not compressed.
     */
    static final int LIMIT = 8_000;

    private static final String BUNDLE = "io.spillway.notices.texts";

    private final NoticeSettings settings;
    private final Templates templates = new Templates();
    private final List<Texts> languages = Texts.all(BUNDLE);

    Bodies(NoticeSettings settings) {
        this.settings = settings;
    }

    /**
     * Every file of a subject, by key: for each kind and format one without a language, and one for each language.
     *
     * @param more languages that are not in the settings but must be updated as well
     * @throws SpillwayException {@code CONFIG}: a body cannot be made short enough
     */
    Map<ObjectKey, byte[]> of(Subject subject, Collection<String> more) throws SpillwayException {
        Map<ObjectKey, byte[]> files = new LinkedHashMap<>();
        for (NoticeKind kind : NoticeKind.values()) {
            for (NoticeFormat format : NoticeFormat.values()) {
                for (Texts texts : languages) {
                    String language = texts.language();
                    if (settings.languages().contains(language) || more.contains(language)) {
                        byte[] body = body(subject, kind, texts, format);
                        files.put(NoticeFiles.key(subject.dataset(), kind, language, format), body);
                        if (language.equals(settings.languages().get(0))) {
                            files.put(NoticeFiles.key(subject.dataset(), kind, null, format), body);
                        }
                    }
                }
            }
        }
        return files;
    }

    /** One of them; throws {@link IllegalArgumentException} for a language without texts. */
    byte[] body(Subject subject, NoticeKind kind, String language, NoticeFormat format) throws SpillwayException {
        Texts texts = languages.stream()
                .filter(each -> each.language().equals(language))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no texts in \"" + language + "\""));
        return body(subject, kind, texts, format);
    }

    /** The page that the URLs of the problem types lead to. */
    byte[] problems() {
        Texts texts = languages.stream()
                .filter(each -> each.language().equals(settings.languages().get(0)))
                .findFirst()
                .orElseThrow();
        return templates.render("problems.jte", ProblemsPage.of(texts, PageStyle.OF_NOTICES));
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
