package io.spillway.catalog;

import io.spillway.dataset.CustomLicense;
import io.spillway.destination.ObjectKey;
import io.spillway.manifest.ChangeSteps;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.manifest.Sha256Sums;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dataset and its latest dump as shown by {@code links.json} and {@code DATASET/latest.json}: everything that a
 * program needs to download and verify it.
 *
 * @param dataset       its name
 * @param title         for people
 * @param description   for people, or null
 * @param license       SPDX expression, or null if not stated
 * @param homepage      where people read about the dataset, or null
 * @param covers        the routes of the site that the dump replaces
 * @param page          address of the dataset's page
 * @param dump          the id of the latest dump
 * @param takenAt       when its snapshot was taken: its age is measured from here
 * @param nextDue       when the next one is due, or null where there is no plan
 * @param documents     documents in it
 * @param bytes         bytes of its parts
 * @param schemaVersion moves where fields come, go or change their type; null if not counted
 * @param address       of the dump: its page, or its manifest where it has no page; the other files are beside it. It is not a
 *                      folder, because buckets and many web servers do not serve folders
 * @param manifest      address of its manifest
 * @param checksums     address of its checksum file
 * @param metalink      address of its metalink, or null where it has none
 * @param torrent       address of its torrent, or null where it has none
 * @param files         its parts, in the order of their names
 * @param mirrors       addresses of the same dump elsewhere, each of the file that {@code address} is of
 * @param customLicense the licence that the one {@code LicenseRef-} in {@code license} means, or null if there is none
 * @param changes       address of the list of changes between dumps, or null where they are not published
 */
public record Listing(
        String dataset,
        String title,
        @Nullable String description,
        @Nullable String license,
        @Nullable String homepage,
        List<String> covers,
        String page,
        String dump,
        Instant takenAt,
        @Nullable Instant nextDue,
        long documents,
        long bytes,
        @Nullable Integer schemaVersion,
        String address,
        String manifest,
        String checksums,
        @Nullable String metalink,
        @Nullable String torrent,
        List<File> files,
        List<URI> mirrors,
        @Nullable CustomLicense customLicense,
        @Nullable String changes) {
    /** @throws IllegalArgumentException if a member is missing, as it may be in a file */
    public Listing {
        Present.members("a dataset", dataset, title, dump, takenAt, address, manifest, checksums, files);
        covers = covers == null ? List.of() : List.copyOf(covers);
        files = List.copyOf(files);
        mirrors = mirrors == null ? List.of() : List.copyOf(mirrors);
    }

    /**
     * A part.
     *
     * @param name              its file name, which contains the date
     * @param address           its URL
     * @param format            such as {@code jsonl}
     * @param compression       such as {@code gzip}, or {@code none}
     * @param bytes             its length
     * @param bytesUncompressed length of its uncompressed content
     * @param documents         number of documents in it
     * @param sha256            lower-case hex
     */
    public record File(
            String name,
            String address,
            String format,
            String compression,
            long bytes,
            long bytesUncompressed,
            long documents,
            String sha256) {
        /** @throws IllegalArgumentException if a member is missing */
        public File {
            Present.members("a file", name, address, format, compression, sha256);
        }

        /** The entry of a part at a URL. */
        public static File of(Part part, String address) {
            return new File(
                    part.name(),
                    address,
                    part.format(),
                    part.compression(),
                    part.bytes(),
                    part.bytesUncompressed(),
                    part.documents(),
                    part.sha256());
        }

        /** Its media type: that of its compression if it has one, otherwise that of its format. */
        public String mediaType() {
            return switch (compression) {
                case "gzip" -> "application/gzip";
                case "zstd" -> "application/zstd";
                case "xz" -> "application/x-xz";
                case "bzip2" -> "application/x-bzip2";
                default ->
                    switch (format) {
                        case "csv" -> "text/csv";
                        case "tar" -> "application/x-tar";
                        case "bulk" -> "application/x-ndjson";
                        case "parquet" -> "application/vnd.apache.parquet";
                        default -> "application/jsonl";
                    };
            };
        }
    }

    /**
     * The listing of a dump.
     *
     * @param latest    its manifest
     * @param addresses relative to the document that will contain the listing
     * @param mirrors   other folders where the dump was found
     */
    public static Listing of(Manifest latest, Addresses addresses, List<URI> mirrors) {
        ObjectKey folder = new ObjectKey(latest.dump());
        return new Listing(
                latest.dataset(),
                latest.title(),
                latest.description(),
                latest.license(),
                latest.homepage(),
                latest.covers() == null ? List.of() : latest.covers(),
                addresses.of(new ObjectKey(latest.dataset()).child("index.html")),
                latest.dump(),
                latest.takenAt(),
                latest.nextDue(),
                latest.documents(),
                latest.bytes(),
                latest.schemaVersion(),
                addresses.of(folder.child(opening(latest))),
                addresses.of(folder.child(Manifest.FILE_NAME)),
                addresses.of(folder.child(Sha256Sums.FILE_NAME)),
                beside(latest, addresses, latest.dataset() + ".meta4"),
                beside(latest, addresses, latest.dataset() + ".torrent"),
                latest.parts().stream()
                        .map(part -> File.of(part, addresses.of(folder.child(part.name()))))
                        .toList(),
                mirrors,
                latest.customLicense(),
                latest.changes() == null
                        ? null
                        : addresses.of(new ObjectKey(latest.dataset()).child(ChangeSteps.FILE_NAME)));
    }

    /** The name of the file that {@link #address} is of: the dump's page, or its manifest where it has no page. */
    public static String opening(Manifest manifest) {
        return manifest.files().stream().anyMatch(file -> file.name().equals(DumpSummary.PAGE))
                ? DumpSummary.PAGE
                : Manifest.FILE_NAME;
    }

    /** Address of a dump's own page, or null where it has none. */
    public static @Nullable String index(DumpSummary dump, Addresses addresses) {
        return dump.hasPage() ? addresses.of(new ObjectKey(dump.dump()).child(DumpSummary.PAGE)) : null;
    }

    private static @Nullable String beside(Manifest latest, Addresses addresses, String name) {
        return latest.files().stream().anyMatch(file -> file.name().equals(name))
                ? addresses.of(new ObjectKey(latest.dump()).child(name))
                : null;
    }
}
