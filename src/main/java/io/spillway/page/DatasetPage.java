package io.spillway.page;

import io.spillway.catalog.Addresses;
import io.spillway.catalog.Catalog;
import io.spillway.catalog.DumpSummary;
import io.spillway.catalog.Listing;
import io.spillway.dataset.License;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Printable;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Withdrawal;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The page of a dataset, in one language. Components are what the template shows, from top to bottom.
 *
 * @param homepage    a URL, or null if it is not one that a browser opens
 * @param listed      number of files of the dump
 * @param moreFiles   text with the number of files that are not shown, or null
 * @param programs    files for download programs, with their labels
 * @param beside      the files next to the parts
 * @param changes     address of the list of changes between dumps, or null if there is none
 * @param sample      the first documents, or null
 * @param moreHistory text with the number of dumps that are not shown, or null
 */
public record DatasetPage(
        Frame frame,
        String title,
        @Nullable String description,
        Dump latest,
        @Nullable String license,
        @Nullable String licenseAddress,
        @Nullable String due,
        @Nullable String homepage,
        int listed,
        List<FileRow> files,
        @Nullable String moreFiles,
        List<Link> programs,
        List<Link> beside,
        List<Snippet> snippets,
        List<String> covers,
        List<Link> mirrors,
        @Nullable String changes,
        List<FieldRow> fields,
        @Nullable String sample,
        List<Chart> charts,
        List<Dump> history,
        @Nullable String moreHistory,
        List<String> issues) {
    private static final int MAX_FILES = 100;
    private static final int MAX_HISTORY = 60;

    /**
     * A dump in a table.
     *
     * @param index URL of the dump's own page, or null if an older version wrote the dump without one
     */
    public record Dump(
            String instant,
            String date,
            String documents,
            String size,
            @Nullable String index,
            String manifest) {}

    /** A file in a table. */
    public record FileRow(String name, String address, String format, String documents, String size) {}

    /** A field in a table. */
    public record FieldRow(String path, String type, String share, String remark) {}

    /** A link. */
    public record Link(String name, String address) {}

    static DatasetPage of(
            Frame frame,
            Catalog catalog,
            Catalog.Published published,
            Listing listing,
            Addresses addresses,
            List<Snippet> snippets,
            List<URI> torrents,
            @Nullable String sample) {
        Texts texts = frame.texts();
        Manifest latest = published.latest();
        List<DumpSummary> dumps = published.dumps();
        String license = latest.license();
        return new DatasetPage(
                frame,
                latest.title(),
                latest.description(),
                dump(texts, dumps.get(0), addresses),
                license == null ? null : License.label(license, latest.customLicense()),
                license == null
                        ? null
                        : License.address(license, latest.customLicense()).orElse(null),
                latest.nextDue() == null ? null : texts.date(latest.nextDue()),
                opens(latest.homepage()) ? latest.homepage() : null,
                listing.files().size(),
                listing.files().stream()
                        .limit(MAX_FILES)
                        .map(file -> file(texts, file))
                        .toList(),
                more(texts, "files.more", listing.files().size() - MAX_FILES),
                programs(texts, listing, torrents),
                beside(latest, addresses),
                snippets,
                listing.covers(),
                mirrors(listing),
                listing.changes(),
                latest.source().fields().stream()
                        .map(field -> field(texts, latest, field))
                        .toList(),
                sample,
                dumps.size() < 2 ? List.of() : charts(texts, dumps),
                dumps.stream()
                        .limit(MAX_HISTORY)
                        .map(dump -> dump(texts, dump, addresses))
                        .toList(),
                more(texts, "history.more", dumps.size() - MAX_HISTORY),
                issues(texts, catalog, latest));
    }

    /** Whether a browser would open it as a page, rather than execute it. */
    static boolean opens(@Nullable String address) {
        return address != null && address.matches("https?://\\S+");
    }

    private static @Nullable String more(Texts texts, String key, int number) {
        return number <= 0 ? null : texts.get(key, number);
    }

    private static Dump dump(Texts texts, DumpSummary dump, Addresses addresses) {
        return new Dump(
                Texts.instant(dump.takenAt()),
                texts.date(dump.takenAt()),
                texts.count(dump.documents()),
                texts.bytes(dump.bytes()),
                Listing.index(dump, addresses),
                addresses.of(new ObjectKey(dump.dump()).child(Manifest.FILE_NAME)));
    }

    private static FileRow file(Texts texts, Listing.File file) {
        return new FileRow(
                file.name(),
                file.address(),
                file.compression().equals("none") ? file.format() : file.format() + ", " + file.compression(),
                texts.count(file.documents()),
                texts.bytes(file.bytes()));
    }

    private static List<Link> programs(Texts texts, Listing listing, List<URI> torrents) {
        List<Link> links = new ArrayList<>();
        if (listing.metalink() != null) {
            links.add(new Link(texts.get("download.meta4"), listing.metalink()));
        }
        if (listing.torrent() != null) {
            links.add(new Link(texts.get("download.torrent"), listing.torrent()));
        }
        torrents.forEach(torrent ->
                links.add(new Link(texts.get("download.torrent.other", torrent.getHost()), torrent.toString())));
        return links;
    }

    private static List<Link> beside(Manifest latest, Addresses addresses) {
        ObjectKey folder = new ObjectKey(latest.dump());
        List<Link> links = new ArrayList<>();
        latest.files().forEach(file -> links.add(new Link(file.name(), addresses.of(folder.child(file.name())))));
        links.add(new Link(Manifest.FILE_NAME, addresses.of(folder.child(Manifest.FILE_NAME))));
        return links;
    }

    private static List<Link> mirrors(Listing listing) {
        return listing.mirrors().stream()
                .map(mirror -> new Link(mirror.toString(), mirror.toString()))
                .toList();
    }

    private static FieldRow field(Texts texts, Manifest latest, Manifest.Field field) {
        String type = field.type() == null ? String.join(", ", field.jsonTypes()) : field.type();
        return new FieldRow(
                Printable.line(field.path()),
                Printable.line(type),
                field.documents() == null ? "" : texts.share(field.documents(), latest.documents()),
                field.blurred() == null ? "" : texts.get("remark.blurred", field.blurred()));
    }

    private static List<Chart> charts(Texts texts, List<DumpSummary> dumps) {
        return List.of(
                Chart.of(texts, texts.get("chart.documents"), dumps, DumpSummary::documents, texts::count),
                Chart.of(texts, texts.get("chart.bytes"), dumps, DumpSummary::bytes, texts::bytes));
    }

    private static List<String> issues(Texts texts, Catalog catalog, Manifest latest) {
        List<String> issues = new ArrayList<>();
        if (latest.repaired() != null) {
            issues.add(texts.get("issues.repaired", latest.repaired()));
        }
        if (latest.source().vectors() != null) {
            issues.add(texts.get("issues.vectors"));
        }
        // What has no exact column of Parquet is not left out, but in another column.
        latest.formats().stream()
                .filter(format -> !format.name().equals("parquet"))
                .forEach(format -> format.leftOut()
                        .forEach((field, documents) -> issues.add(
                                texts.get("issues.leftout", format.name(), Printable.line(field), documents))));
        List<String> accepted = latest.accepted() == null ? List.of() : latest.accepted();
        if (accepted.contains("shrink")) {
            issues.add(texts.get("issues.shrink"));
        }
        if (accepted.contains("schema")) {
            issues.add(texts.get("issues.schema"));
        }
        if (latest.schemaChanges() != null && !latest.schemaChanges().removed().isEmpty()) {
            issues.add(texts.get(
                    "issues.removed",
                    Printable.line(String.join(", ", latest.schemaChanges().removed()))));
        }
        for (Withdrawal notice : catalog.withdrawn(latest.dataset())) {
            String stamp = notice.dump().substring(notice.dump().indexOf('/') + 1);
            issues.add(texts.get(
                    "issues.withdrawn", stamp, texts.date(notice.withdrawnAt()), Printable.line(notice.reason())));
        }
        catalog.broken().stream()
                .filter(broken -> Objects.equals(broken.dump().dataset(), latest.dataset()))
                .forEach(broken ->
                        issues.add(texts.get("issues.unreadable", broken.dump().stamp())));
        return issues;
    }
}
