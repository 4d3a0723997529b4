package io.spillway.notices;

import io.spillway.page.Texts;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A notice in words of its language, as people read it: from top to bottom, whatever it is written in.
 *
 * @param language    such as {@code de}
 * @param direction   of its writing: {@code ltr} or {@code rtl}
 * @param status      of the answer
 * @param title       of the problem
 * @param detail      why, and what to do about it
 * @param instead     what there is instead
 * @param subject     title of the dataset, or null for the site
 * @param description of the dataset, or null
 * @param facts       date, size and licence of the dump, or null where none is named
 * @param items       files, or datasets
 * @param more        that there are more, or null
 * @param links       where else to look
 * @param contact     whom to ask, or null
 * @param contactWord what that is called
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
     * @param addresses where it is, the best first; may be empty
     * @param facts     its size and the like
     * @param sha256    of a file, or null
     */
    public record Item(
            String name,
            List<String> addresses,
            String facts,
            @Nullable String sha256) {}

    /** A link and what it leads to. */
    public record Link(String name, String address) {}

    static Wording of(NoticeKind kind, Subject subject, NoticeSettings settings, Texts texts, PageStyle style) {
        BulkDownloads downloads = subject.downloads();
        return new Wording(
                texts.language(),
                // No text of ours is in a language that is written from the right.
                "ltr",
                kind.status(),
                title(kind, texts),
                texts.say(kind.status() + ".detail"),
                instead(downloads, texts),
                downloads instanceof BulkDownloads.OfDataset dataset ? dataset.title() : null,
                downloads instanceof BulkDownloads.OfDataset dataset ? dataset.description() : null,
                downloads instanceof BulkDownloads.OfDataset dataset ? facts(dataset, texts) : null,
                items(downloads, texts),
                more(downloads, texts),
                links(subject, settings, texts),
                settings.contact(),
                texts.say("contact"),
                style.sheet(),
                style.policy());
    }

    /** What the problem is called. */
    static String title(NoticeKind kind, Texts texts) {
        return texts.say(kind.status() + ".title");
    }

    /** Why, and what there is instead, for who sees nothing else. */
    static String detail(NoticeKind kind, BulkDownloads downloads, Texts texts) {
        return texts.say(kind.status() + ".detail") + " " + instead(downloads, texts);
    }

    private static String instead(BulkDownloads downloads, Texts texts) {
        String state = downloads.availability().toString();
        if (downloads instanceof BulkDownloads.OfDataset dataset) {
            String date = dataset.generated() == null ? "" : texts.date(dataset.generated());
            return texts.say("dataset." + state, dataset.title(), date);
        }
        return texts.say("site." + state);
    }

    private static @Nullable String facts(BulkDownloads.OfDataset dataset, Texts texts) {
        if (dataset.availability() != Availability.AVAILABLE
                || dataset.generated() == null
                || dataset.documents() == null
                || dataset.bytes() == null) {
            return null;
        }
        return joined(
                texts.say("dump", texts.date(dataset.generated())),
                texts.say("documents", texts.count(dataset.documents())),
                texts.bytes(dataset.bytes()),
                dataset.license());
    }

    private static List<Item> items(BulkDownloads downloads, Texts texts) {
        if (downloads instanceof BulkDownloads.OfDataset dataset) {
            return dataset.files().stream()
                    .map(file -> new Item(
                            file.name(),
                            file.urls(),
                            joined(texts.bytes(file.bytes()), texts.say("documents", texts.count(file.documents()))),
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
                                        texts.say("dump", texts.date(each.generated())),
                                        texts.say("documents", texts.count(each.documents())),
                                        texts.bytes(each.bytes()),
                                        each.license()),
                                null))
                        .toList();
    }

    private static String joined(@Nullable String... facts) {
        return Stream.of(facts).flatMap(Stream::ofNullable).collect(Collectors.joining(", "));
    }

    private static @Nullable String more(BulkDownloads downloads, Texts texts) {
        int total = downloads instanceof BulkDownloads.OfDataset dataset
                ? dataset.filesTotal()
                : ((BulkDownloads.OfSite) downloads).datasetsTotal();
        int more = total - downloads.named();
        return more <= 0 ? null : texts.say("more", texts.count(more));
    }

    private static List<Link> links(Subject subject, NoticeSettings settings, Texts texts) {
        List<Link> links = new ArrayList<>();
        boolean site = subject.dataset() == null;
        add(links, texts.say(site ? "link.site" : "link.dataset"), subject.help());
        if (subject.downloads() instanceof BulkDownloads.OfDataset dataset) {
            add(links, texts.say("link.checksums"), dataset.checksums());
            add(links, texts.say("link.links"), dataset.links());
        } else if (subject.downloads() instanceof BulkDownloads.OfSite all) {
            add(links, texts.say("link.links"), all.links());
        }
        URI documentation = settings.documentation();
        add(links, texts.say("link.documentation"), documentation == null ? null : documentation.toASCIIString());
        add(links, texts.say("link.homepage"), subject.homepage());
        return links;
    }

    private static void add(List<Link> links, String name, @Nullable String address) {
        if (address != null) {
            links.add(new Link(name, address));
        }
    }
}
