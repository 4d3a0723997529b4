package io.spillway.notices;

import io.spillway.dataset.License;
import io.spillway.page.Texts;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The texts of a notice in one language, from top to bottom, independent of the format.
 *
 * @param language    such as {@code de}
 * @param direction   of the script: {@code ltr} or {@code rtl}
 * @param status      of the response
 * @param title       of the problem
 * @param detail      the reason, and what to do about it
 * @param instead     the available downloads
 * @param subject     title of the dataset, or null for the site
 * @param description of the dataset, or null
 * @param facts       date, size and licence of the dump, or null if none is named
 * @param items       files, or datasets
 * @param more        number of items that are not listed, or null
 * @param links       further links
 * @param contact     contact, or null
 * @param contactWord label of the contact
 * @param style       style sheet of a page
 * @param policy      of that page, which allows that style sheet and nothing else
 */
public record Wording(
        String language,
        String direction,
        int status,
        String title,
        String detail,
        String instead,
        @Nullable String subject,
        @Nullable String description,
        @Nullable String facts,
        List<Item> items,
        @Nullable String more,
        List<Link> links,
        @Nullable String contact,
        String contactWord,
        String style,
        String policy) {

    /**
     * A file or a dataset.
     *
     * @param name      its name
     * @param addresses its URLs, the best first; may be empty
     * @param facts     its size, documents and date
     * @param sha256    of a file, or null
     */
    public record Item(
            String name,
            List<String> addresses,
            String facts,
            @Nullable String sha256) {}

    /** A link with its label. */
    public record Link(String name, String address) {}

    static Wording of(NoticeKind kind, Subject subject, NoticeSettings settings, Texts texts, PageStyle style) {
        BulkDownloads downloads = subject.downloads();
        return new Wording(
                texts.language(),
                texts.direction(),
                kind.status(),
                title(kind, texts),
                texts.get("notice." + kind.status() + ".detail"),
                instead(downloads, texts),
                downloads instanceof BulkDownloads.OfDataset dataset ? dataset.title() : null,
                downloads instanceof BulkDownloads.OfDataset dataset ? dataset.description() : null,
                downloads instanceof BulkDownloads.OfDataset dataset ? facts(dataset, texts) : null,
                items(downloads, texts),
                more(downloads, texts),
                links(subject, settings, texts),
                settings.contact(),
                texts.get("notice.contact"),
                style.sheet(),
                style.policy());
    }

    /** The title of the problem. */
    static String title(NoticeKind kind, Texts texts) {
        return texts.get("notice." + kind.status() + ".title");
    }

    /** The reason and the available downloads, for clients that show nothing else. */
    static String detail(NoticeKind kind, BulkDownloads downloads, Texts texts) {
        return texts.get("notice." + kind.status() + ".detail") + " " + instead(downloads, texts);
    }

    private static String instead(BulkDownloads downloads, Texts texts) {
        String state = downloads.availability().toString();
        if (downloads instanceof BulkDownloads.OfDataset dataset) {
            String date = dataset.generated() == null ? "" : texts.date(dataset.generated());
            return texts.get("notice.dataset." + state, dataset.title(), date);
        }
        return texts.get("notice.site." + state);
    }

    private static @Nullable String facts(BulkDownloads.OfDataset dataset, Texts texts) {
        if (dataset.availability() != Availability.AVAILABLE
                || dataset.generated() == null
                || dataset.documents() == null
                || dataset.bytes() == null) {
            return null;
        }
        return joined(
                texts.get("notice.dump", texts.date(dataset.generated())),
                texts.get("notice.documents", dataset.documents()),
                texts.bytes(dataset.bytes()),
                license(dataset.license(), dataset.licenseName()));
    }

    private static List<Item> items(BulkDownloads downloads, Texts texts) {
        if (downloads instanceof BulkDownloads.OfDataset dataset) {
            return dataset.files().stream()
                    .map(file -> new Item(
                            file.name(),
                            file.urls(),
                            joined(texts.bytes(file.bytes()), texts.get("notice.documents", file.documents())),
                            file.sha256()))
                    .toList();
        }
        return ((BulkDownloads.OfSite) downloads)
                .datasets().stream()
                        .map(each -> new Item(
                                each.title(),
                                Stream.of(each.page(), each.latest())
                                        .flatMap(Stream::ofNullable)
                                        .limit(1)
                                        .toList(),
                                joined(
                                        texts.get("notice.dump", texts.date(each.generated())),
                                        texts.get("notice.documents", each.documents()),
                                        texts.bytes(each.bytes()),
                                        license(each.license(), each.licenseName())),
                                null))
                        .toList();
    }

    /** The name of a custom licence in place of its identifier, or after an expression of several. */
    private static @Nullable String license(@Nullable String expression, @Nullable String customName) {
        if (expression == null || customName == null) {
            return expression;
        }
        return License.references(expression).equals(List.of(expression))
                ? customName
                : expression + " (" + customName + ")";
    }

    private static String joined(@Nullable String... facts) {
        return Stream.of(facts).flatMap(Stream::ofNullable).collect(Collectors.joining(", "));
    }

    private static @Nullable String more(BulkDownloads downloads, Texts texts) {
        int total = downloads instanceof BulkDownloads.OfDataset dataset
                ? dataset.filesTotal()
                : ((BulkDownloads.OfSite) downloads).datasetsTotal();
        int more = total - downloads.named();
        return more <= 0 ? null : texts.get("notice.more", more);
    }

    private static List<Link> links(Subject subject, NoticeSettings settings, Texts texts) {
        List<Link> links = new ArrayList<>();
        boolean site = subject.dataset() == null;
        add(links, texts.get(site ? "notice.link.site" : "notice.link.dataset"), subject.help());
        if (subject.downloads() instanceof BulkDownloads.OfDataset dataset) {
            add(links, texts.get("notice.link.checksums"), dataset.checksums());
            add(links, texts.get("notice.link.links"), dataset.links());
        } else if (subject.downloads() instanceof BulkDownloads.OfSite all) {
            add(links, texts.get("notice.link.links"), all.links());
        }
        URI documentation = settings.documentation();
        add(
                links,
                texts.get("notice.link.documentation"),
                documentation == null ? null : documentation.toASCIIString());
        add(links, texts.get("notice.link.homepage"), subject.homepage());
        return links;
    }

    private static void add(List<Link> links, String name, @Nullable String address) {
        if (address != null) {
            links.add(new Link(name, address));
        }
    }
}
