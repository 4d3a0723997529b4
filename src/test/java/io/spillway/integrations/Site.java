package io.spillway.integrations;

import io.spillway.catalog.LinksFile;
import io.spillway.catalog.Listing;
import io.spillway.dataset.CustomLicense;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/** A site's links.json with two datasets, journals and all records, which tests modify. */
final class Site {
    static final String ADDRESS = "https://dumps.example.org/public/";
    static final String MIRROR = "https://mirror.example.org/";
    static final String SHA256 = "0123456789abcdef".repeat(4);

    private Site() {}

    /** Both datasets, the journals with this dump. */
    static List<Listing> of(String date) {
        return List.of(journals(date, "Journals", ADDRESS, List.of(URI.create(MIRROR))), records());
    }

    /** The dataset that covers the longer paths. */
    static Listing journals(String date, String title, String base, List<URI> mirrors) {
        return listing("journals", title, List.of("/api/search/journals", "/query/journal*"), date, base, mirrors, 2);
    }

    /** The dataset that covers the shorter path, and others that need a percent-encoded form. */
    static Listing records() {
        return listing(
                "records",
                "Records",
                List.of("/api/search", "/other/%C3%BCber/Alles", "/other/résumés*"),
                "2026-11-01T030000Z",
                ADDRESS,
                List.of(),
                1);
    }

    /** A dataset with so many parts of ten documents each, at URLs that begin with {@code base}. */
    static Listing listing(
            String dataset, String title, List<String> covers, String date, String base, List<URI> mirrors, int parts) {
        String folder = base + dataset + "/" + date + "/";
        List<Listing.File> files = IntStream.rangeClosed(1, parts)
                .mapToObj(part -> "%s-%s.%05d.jsonl.gz".formatted(dataset, date, part))
                .map(name -> new Listing.File(name, folder + name, "jsonl", "gzip", 1000, 5000, 10, SHA256))
                .toList();
        return new Listing(
                dataset,
                title,
                null,
                dataset.equals("records") ? "LicenseRef-Our-terms" : "CC0-1.0",
                "https://example.org/",
                covers,
                base + dataset + "/index.html",
                dataset + "/" + date,
                Instant.parse("2026-11-21T03:00:00Z"),
                null,
                10L * parts,
                1000L * parts,
                1,
                folder + "index.html",
                folder + "manifest.json",
                folder + "SHA256SUMS",
                null,
                null,
                files,
                mirrors,
                dataset.equals("records") ? new CustomLicense("Our  terms", "https://example.org/terms") : null,
                null);
    }

    /** Replaces links.json, as the publisher does. */
    static void publish(Path links, List<Listing> datasets) throws IOException {
        publish(links, LinksFile.write(datasets));
    }

    /** Writes any bytes there. */
    static void publish(Path links, byte[] document) throws IOException {
        Path next = Files.write(links.resolveSibling("links.next"), document);
        Files.move(next, links, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
