package io.spillway.page;

import io.spillway.catalog.Addresses;
import io.spillway.catalog.Catalog;
import io.spillway.catalog.Listing;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.manifest.Manifest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** New dumps as an Atom feed (RFC 4287): one entry a dump, the newest first. */
final class AtomFeed {
    private static final String NAMESPACE = "http://www.w3.org/2005/Atom";

    /** More than anybody misses between two looks. */
    private static final int MAX_ENTRIES = 50;

    /** With more files an entry names the manifest alone. */
    private static final int MAX_ENCLOSURES = 10;

    /** Of a feed whose dumps state no publisher: the format wants a name. */
    private static final String NO_AUTHOR = "Spillway";

    private AtomFeed() {}

    static byte[] ofDataset(Catalog.Shelf shelf, Destination destination) {
        ObjectKey dataset = new ObjectKey(shelf.dataset());
        return feed(
                shelf.latest().title(),
                shelf.dumps(),
                destination,
                Addresses.fromDataset(destination, shelf.dataset()),
                dataset.child("feed.atom"),
                dataset.child("index.html"));
    }

    static byte[] ofSite(Catalog catalog, Destination destination) {
        List<Manifest> dumps = catalog.datasets().stream()
                .flatMap(shelf -> shelf.dumps().stream())
                .sorted(Comparator.comparing(Manifest::takenAt).reversed().thenComparing(Manifest::dump))
                .toList();
        return feed(
                Texts.all().get(0).say("site.title"),
                dumps,
                destination,
                Addresses.fromRoot(destination),
                new ObjectKey("feed.atom"),
                new ObjectKey("index.html"));
    }

    private static byte[] feed(
            String title,
            List<Manifest> dumps,
            Destination destination,
            Addresses addresses,
            ObjectKey self,
            ObjectKey page) {
        Instant updated = dumps.isEmpty() ? Instant.EPOCH : dumps.get(0).takenAt();
        Xml xml = new Xml("feed", NAMESPACE)
                .text("id", id(destination, self, null))
                .text("title", title)
                .text("updated", updated.toString())
                .open("author")
                .text("name", author(dumps))
                .close()
                .empty("link", "rel", "self", "type", "application/atom+xml", "href", addresses.of(self))
                .empty("link", "rel", "alternate", "type", "text/html", "href", addresses.of(page));
        dumps.stream().limit(MAX_ENTRIES).forEach(dump -> entry(xml, dump, destination, addresses));
        return xml.finish();
    }

    /** The publisher of the newest dump that states one. */
    private static String author(List<Manifest> dumps) {
        return dumps.stream()
                .map(Manifest::publisher)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(NO_AUTHOR);
    }

    private static void entry(Xml xml, Manifest dump, Destination destination, Addresses addresses) {
        Listing listing = Listing.of(dump, addresses, List.of());
        Texts texts = Texts.all().get(0);
        xml.open("entry")
                .text("id", id(destination, new ObjectKey(dump.dump()), dump))
                .text("title", dump.title() + ", " + dump.id().stamp())
                .text("updated", dump.takenAt().toString())
                .open("author")
                .text("name", author(List.of(dump)))
                .close()
                .empty("link", "rel", "alternate", "type", "text/html", "href", listing.page())
                .empty("link", "rel", "describedby", "type", "application/json", "href", listing.manifest());
        if (listing.files().size() <= MAX_ENCLOSURES) {
            for (Listing.File file : listing.files()) {
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
        xml.text(
                "summary",
                "%s documents, %s files, %s"
                        .formatted(
                                texts.count(dump.documents()),
                                texts.count(dump.parts().size()),
                                texts.bytes(dump.bytes())));
        xml.close();
    }

    /** An address where there is a public one; else a name that stays the same and belongs to no other dump. */
    private static String id(Destination destination, ObjectKey key, @Nullable Manifest dump) {
        Optional<URI> address = destination.publicAddress(key);
        if (address.isPresent()) {
            return address.get().toString();
        }
        String name = key + " "
                + (dump == null ? destination.name() : dump.parts().get(0).sha256());
        return "urn:uuid:" + UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }
}
