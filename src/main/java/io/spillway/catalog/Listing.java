package io.spillway.catalog;

import io.spillway.destination.ObjectKey;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.manifest.Sha256Sums;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dataset and its latest dump as {@code links.json} and {@code DATASET/latest.json} show it: everything that a program
 * needs to fetch and check it.
 *
 * @param dataset       its name
 * @param title         for people
 * @param description   for people, or null
 * @param license       SPDX identifier, or null where nobody has said
 * @param homepage      where people read about the dataset, or null
 * @param covers        the routes of the site that the dump replaces
 * @param page          address of the dataset's page
 * @param dump          the id of the latest dump
 * @param takenAt       when its snapshot was taken: its age is measured from here
 * @param nextDue       when the next one is due, or null where there is no plan
 * @param documents     documents in it
 * @param bytes         bytes of its parts
 * @param schemaVersion moves where fields come, go or change their type; null where nobody counted
 * @param address       its folder, ending with a slash
 * @param index         address of the dump's own page, which opens everywhere, or null where an older version wrote the dump
 * @param manifest      address of its manifest
 * @param checksums     address of its checksum file
 * @param metalink      address of its metalink, or null where it has none
 * @param torrent       address of its torrent, or null where it has none
 * @param files         its parts, in the order of their names
 * @param mirrors       folders elsewhere with the same files under the same names, each ending with a slash
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
        @Nullable String index,
        String manifest,
        String checksums,
        @Nullable String metalink,
        @Nullable String torrent,
        List<File> files,
        List<URI> mirrors) {
    /** Fails with {@link IllegalArgumentException} where a member is missing: what is read may lack anything. */
    public Listing {
        Present.members("a dataset", dataset, title, dump, takenAt, address, manifest, checksums, files);
        covers = covers == null ? List.of() : List.copyOf(covers);
        files = List.copyOf(files);
        mirrors = mirrors == null ? List.of() : List.copyOf(mirrors);
    }

    /**
     * A file with documents.
     *
     * @param name              its own, which says the date
     * @param address           where it is
     * @param format            {@code jsonl}
     * @param compression       {@code gzip} or {@code none}
     * @param bytes             its length
     * @param bytesUncompressed length of what it holds
     * @param documents         how many it holds
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
        /** Fails where a member is missing. */
        public File {
            Present.members("a file", name, address, format, compression, sha256);
        }

        /** The file of a part at an address. */
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

        /** What a web server should call it: by its compression where it has one, else by its format. */
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
                        default -> "application/jsonl";
                    };
            };
        }
    }

    /**
     * The listing of a dump.
     *
     * @param latest    its manifest
     * @param addresses as they are to be in the document that shows the listing
     * @param mirrors   where else the dump was found
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
                addresses.ofFolder(folder),
                beside(latest, addresses, DumpSummary.PAGE),
                addresses.of(folder.child(Manifest.FILE_NAME)),
                addresses.of(folder.child(Sha256Sums.FILE_NAME)),
                beside(latest, addresses, latest.dataset() + ".meta4"),
                beside(latest, addresses, latest.dataset() + ".torrent"),
                latest.parts().stream()
                        .map(part -> File.of(part, addresses.of(folder.child(part.name()))))
                        .toList(),
                mirrors);
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
