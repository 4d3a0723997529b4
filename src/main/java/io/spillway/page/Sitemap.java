package io.spillway.page;

import io.spillway.catalog.Addresses;
import io.spillway.catalog.Catalog;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.manifest.Withdrawal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Files for crawlers: the sitemap of our pages, and a permissive robots.txt. */
final class Sitemap {
    static final String FILE_NAME = "sitemap.xml";

    private Sitemap() {}

    /**
     * The sitemap, or empty if the pages have no public URL, which the protocol requires.
     *
     * @param pages the names of a page in all languages
     */
    static Optional<byte[]> of(Catalog catalog, Destination destination, List<String> pages) {
        if (Addresses.publicSite(destination).isEmpty()) {
            return Optional.empty();
        }
        Xml xml = new Xml("urlset", "http://www.sitemaps.org/schemas/sitemap/0.9");
        Instant newest = Instant.EPOCH;
        for (Catalog.Published published : catalog.datasets()) {
            Instant changed = later(published.latest().takenAt(), catalog.withdrawn(published.dataset()));
            newest = newest.isAfter(changed) ? newest : changed;
            for (String page : pages) {
                url(xml, destination, new ObjectKey(published.dataset()).child(page), changed);
            }
        }
        newest = later(newest, catalog.withdrawn());
        for (String page : pages) {
            url(xml, destination, new ObjectKey(page), newest);
        }
        return Optional.of(xml.finish());
    }

    /** A page changes when a dump is published, and when one is withdrawn. */
    private static Instant later(Instant taken, List<Withdrawal> notices) {
        return notices.stream().map(Withdrawal::withdrawnAt).reduce(taken, (a, b) -> a.isAfter(b) ? a : b);
    }

    private static void url(Xml xml, Destination destination, ObjectKey page, Instant changed) {
        destination
                .publicAddress(page)
                .ifPresent(address -> xml.open("url")
                        .text("loc", address.toString())
                        .text("lastmod", changed.toString())
                        .close());
    }

    /** Everything may be fetched. */
    static byte[] robots(Destination destination) {
        String sitemap = destination
                .publicAddress(new ObjectKey(FILE_NAME))
                .map(URI::toString)
                .map(address -> "Sitemap: " + address + "\n")
                .orElse("");
        return ("User-agent: *\nAllow: /\n" + sitemap).getBytes(StandardCharsets.UTF_8);
    }
}
