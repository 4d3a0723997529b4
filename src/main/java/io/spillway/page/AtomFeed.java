package io.spillway.page;

import io.spillway.catalog.Addresses;
import io.spillway.catalog.Catalog;
import io.spillway.catalog.CatalogEntry;
import io.spillway.catalog.DumpSummary;
import io.spillway.catalog.Listing;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.manifest.ChangeSteps;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.manifest.Withdrawal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Dumps, and withdrawals of dumps, as an Atom feed (RFC 4287): one entry each, the latest event first. */
final class AtomFeed {
    private static final String NAMESPACE = "http://www.w3.org/2005/Atom";

    private static final int MAX_ENTRIES = CatalogEntry.MOST_EVENTS;

    /** With more files an entry links only to the manifest. */
    private static final int MAX_ENCLOSURES = DumpSummary.MOST_PARTS;

    /** The author if no dump states a publisher; the format requires one. */
    private static final String NO_AUTHOR = "Spillway";

    private AtomFeed() {}

    /** The feed of a dataset, whose last dump may be withdrawn. */
    static byte[] ofDataset(Catalog catalog, String name, Destination destination) {
        ObjectKey dataset = new ObjectKey(name);
        Optional<Catalog.Published> published = catalog.dataset(name);
        return feed(
                published.map(each -> each.latest().title()).orElse(name),
                published.map(Catalog.Published::dumps).orElse(List.of()),
                catalog.withdrawn(name),
                destination,
                Addresses.fromDataset(destination, name),
                dataset.child("feed.atom"),
                published.isPresent() ? dataset.child("index.html") : new ObjectKey("index.html"));
    }

    /** The feed of the site, whose title is in one language. */
    static byte[] ofSite(Catalog catalog, Destination destination, Texts texts) {
        List<DumpSummary> dumps = catalog.datasets().stream()
                .flatMap(published -> published.dumps().stream())
                .sorted(Comparator.comparing(DumpSummary::takenAt).reversed().thenComparing(DumpSummary::dump))
                .toList();
        return feed(
                texts.get("site.title"),
                dumps,
                catalog.withdrawn(),
                destination,
                Addresses.fromRoot(destination),
                new ObjectKey("feed.atom"),
                new ObjectKey("index.html"));
    }

    private static byte[] feed(
            String title,
            List<DumpSummary> dumps,
            List<Withdrawal> withdrawn,
            Destination destination,
            Addresses addresses,
            ObjectKey self,
            ObjectKey page) {
        Texts texts = Texts.all().get(0);
        List<Event> events = Stream.concat(
                        dumps.stream()
                                .map(dump -> new Event(
                                        dump.takenAt(), xml -> entry(xml, dump, destination, addresses, texts))),
                        withdrawn.stream()
                                .map(notice -> new Event(
                                        notice.withdrawnAt(), xml -> entry(xml, notice, destination, addresses))))
                .sorted(Comparator.comparing(Event::at).reversed())
                .toList();
        Instant updated = events.isEmpty() ? Instant.EPOCH : events.get(0).at();
        Xml xml = new Xml("feed", NAMESPACE)
                .text("id", id(destination, self, null))
                .text("title", title)
                .text("updated", updated.toString())
                .open("author")
                .text("name", author(dumps))
                .close()
                .empty("link", "rel", "self", "type", "application/atom+xml", "href", addresses.of(self))
                .empty("link", "rel", "alternate", "type", "text/html", "href", addresses.of(page));
        events.stream().limit(MAX_ENTRIES).forEach(event -> event.entry().accept(xml));
        return xml.finish();
    }

    /** The publisher of the newest dump that states one. */
    private static String author(List<DumpSummary> dumps) {
        return dumps.stream()
                .map(DumpSummary::publisher)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(NO_AUTHOR);
    }

    /** An event with its time and the writer of its entry. */
    private record Event(Instant at, Consumer<Xml> entry) {}

    /** A withdrawal: replaces the entry of the dump. */
    private static void entry(Xml xml, Withdrawal notice, Destination destination, Addresses addresses) {
        ObjectKey dump = new ObjectKey(notice.dump());
        String id = destination
                .publicAddress(dump)
                .map(URI::toString)
                .orElseGet(() -> urn(dump + " withdrawn " + notice.withdrawnAt()));
        xml.open("entry")
                .text("id", id)
                .text("title", notice.dump().replace("/", ", ") + ", withdrawn")
                .text("updated", notice.withdrawnAt().toString())
                .empty(
                        "link",
                        "rel",
                        "alternate",
                        "type",
                        "application/json",
                        "href",
                        addresses.of(dump.child(Withdrawal.FILE_NAME)))
                .text("summary", "withdrawn: " + notice.reason().replaceAll("\\p{Cntrl}+", " "))
                .close();
    }

    private static void entry(Xml xml, DumpSummary dump, Destination destination, Addresses addresses, Texts texts) {
        ObjectKey folder = new ObjectKey(dump.dump());
        ObjectKey page = new ObjectKey(dump.id().dataset()).child("index.html");
        xml.open("entry")
                .text("id", id(destination, new ObjectKey(dump.dump()), dump))
                .text("title", dump.title() + ", " + dump.id().stamp())
                .text("updated", dump.takenAt().toString())
                .open("author")
                .text("name", author(List.of(dump)))
                .close()
                .empty("link", "rel", "alternate", "type", "text/html", "href", addresses.of(page))
                .empty(
                        "link",
                        "rel",
                        "describedby",
                        "type",
                        "application/json",
                        "href",
                        addresses.of(folder.child(Manifest.FILE_NAME)));
        if (dump.partCount() <= MAX_ENCLOSURES) {
            for (Part part : dump.firstParts()) {
                Listing.File file = Listing.File.of(part, addresses.of(folder.child(part.name())));
                xml.empty(
                        "link",
                        "rel",
                        "enclosure",
                        "type",
                        file.mediaType(),
                        "length",
                        String.valueOf(file.bytes()),
                        "href",
                        file.address());
            }
        }
        String summary = "%s documents, %s files, %s"
                .formatted(texts.count(dump.documents()), texts.count(dump.partCount()), texts.bytes(dump.bytes()));
        Changes.Counts changes = dump.changes();
        if (changes != null) {
            ObjectKey steps = new ObjectKey(dump.id().dataset()).child(ChangeSteps.FILE_NAME);
            xml.empty("link", "rel", "related", "type", "application/json", "href", addresses.of(steps));
            summary += "; since the dump before: %s added, %s changed, %s deleted"
                    .formatted(
                            texts.count(changes.added()),
                            texts.count(changes.changed()),
                            texts.count(changes.deleted()));
        }
        xml.text("summary", summary);
        xml.close();
    }

    /** The URL if there is a public one; otherwise a stable name that is unique to the dump. */
    private static String id(Destination destination, ObjectKey key, @Nullable DumpSummary dump) {
        Optional<URI> address = destination.publicAddress(key);
        if (address.isPresent()) {
            return address.get().toString();
        }
        String name = key + " "
                + (dump == null ? destination.name() : dump.firstParts().get(0).sha256());
        return urn(name);
    }

    private static String urn(String name) {
        return "urn:uuid:" + UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }
}
