package io.spillway.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.dataset.CustomLicense;
import io.spillway.dataset.DumpId;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The content of a dump. Written after every other file of the dump and before any pointer to it; a dump without a
 * manifest does not exist. An inconsistent manifest cannot be constructed.
 *
 * @param formatVersion {@link #FORMAT_VERSION}
 * @param dataset       the dataset's name
 * @param dump          the dump's id, {@code journals/2026-11-21T030000Z}
 * @param title         for people
 * @param description   for people, or null
 * @param license       SPDX expression, or null if not stated
 * @param homepage      URL of a page about the dataset, or null
 * @param covers        routes of the site that the dump replaces, each starting with {@code /}; null if not configured
 * @param nextDue       when the next dump is due, or null without a schedule
 * @param takenAt       when the snapshot was taken
 * @param source        the source of the snapshot
 * @param documents     number of documents, in each of the formats
 * @param bytes         total bytes of all parts
 * @param schemaVersion 1 or more, one higher than in the previous dump if fields were added or removed or changed their
 *                      type; null in manifests of older versions
 * @param schemaChanges differences from the previous dump, or null if there are none or no previous dump
 * @param previous      the previous dump, or null
 * @param accepted      refusals of the gate that the operator accepted, {@code shrink} or {@code schema}; null if none
 * @param formats       the formats of the documents, each once
 * @param parts         the files with documents, sorted by name
 * @param files         the other files, except the manifest
 * @param repaired      number of documents in which invalid UTF-8 was replaced, or null if none
 * @param spillway      version of Spillway that wrote it
 * @param publisher     name of the data's publisher, or null if not stated
 * @param customLicense the licence that the one {@code LicenseRef-} in {@code license} means, or null if there is none
 * @param changes       what turns the dump before into this one; null if changes are not configured
 */
public record Manifest(
        int formatVersion,
        String dataset,
        String dump,
        String title,
        @Nullable String description,
        @Nullable String license,
        @Nullable String homepage,
        @Nullable List<String> covers,
        @Nullable Instant nextDue,
        Instant takenAt,
        Source source,
        long documents,
        long bytes,
        @Nullable Integer schemaVersion,
        @Nullable SchemaChanges schemaChanges,
        @Nullable Previous previous,
        @Nullable List<String> accepted,
        List<Format> formats,
        List<Part> parts,
        List<SideFile> files,
        @Nullable Long repaired,
        String spillway,
        @Nullable String publisher,
        @Nullable CustomLicense customLicense,
        @Nullable Changes changes) {

    /** Increases if readers of an older version would misread a newer one. */
    public static final int FORMAT_VERSION = 1;

    /** The file name. */
    public static final String FILE_NAME = "manifest.json";

    /** @throws IllegalArgumentException if members are missing, or parts and counts disagree */
    public Manifest {
        Required.members("the manifest", dataset, dump, title, takenAt, source, formats, parts, files, spillway);
        formats = List.copyOf(formats);
        parts = List.copyOf(parts);
        files = List.copyOf(files);
        accepted = accepted == null ? null : List.copyOf(accepted);
        covers = covers == null ? null : List.copyOf(covers);
        if (schemaVersion != null && schemaVersion < 1) {
            throw new IllegalArgumentException("dump " + dump + " has schema version " + schemaVersion);
        }
        if (formatVersion != FORMAT_VERSION) {
            throw new IllegalArgumentException("unsupported manifest format " + formatVersion + ", expected 1");
        }
        if (id(dataset, dump) == null) {
            throw new IllegalArgumentException("\"" + dump + "\" is not the id of a dump of \"" + dataset + "\"");
        }
        if (!new DumpId(dataset, takenAt).toString().equals(dump)) {
            throw new IllegalArgumentException("dump " + dump + " was not taken at " + takenAt);
        }
        Set<String> names = new HashSet<>(Set.of(FILE_NAME));
        Stream.concat(parts.stream().map(Part::name), files.stream().map(SideFile::name))
                .filter(name -> !names.add(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalArgumentException("dump " + dump + " has two files called " + name);
                });
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("dump " + dump + " has no parts");
        }
        if (documents != source.documents()) {
            throw new IllegalArgumentException(
                    "dump %s has %d documents but the snapshot had %d".formatted(dump, documents, source.documents()));
        }
        Map<String, Long> written = new TreeMap<>();
        parts.forEach(part -> written.merge(part.format() + " " + part.compression(), part.documents(), Long::sum));
        Set<String> kinds = new TreeSet<>();
        formats.forEach(format -> kinds.add(format.name() + " " + format.compression()));
        if (!kinds.equals(written.keySet()) || kinds.size() != formats.size()) {
            throw new IllegalArgumentException(
                    "dump %s lists the formats %s, but its parts are in %s".formatted(dump, kinds, written.keySet()));
        }
        for (var format : written.entrySet()) {
            if (format.getValue() != documents) {
                throw new IllegalArgumentException("the parts in %s of dump %s have %d documents, expected %d"
                        .formatted(format.getKey(), dump, format.getValue(), documents));
            }
        }
        long sum = parts.stream().mapToLong(Part::bytes).sum();
        if (sum != bytes) {
            throw new IllegalArgumentException(
                    "the parts of dump %s have %d bytes, expected %d".formatted(dump, sum, bytes));
        }
        if (changes != null) {
            requireChanges(new DumpId(dataset, takenAt), documents, files, changes);
        }
    }

    private static void requireChanges(DumpId dump, long documents, List<SideFile> files, Changes changes) {
        Changes.From from = changes.from();
        if (from != null
                && DumpId.parse(from.dump())
                        .filter(id -> id.dataset().equals(dump.dataset()) && id.compareTo(dump) < 0)
                        .isEmpty()) {
            throw new IllegalArgumentException("the changes of dump %s lead from \"%s\", which is no earlier dump of it"
                    .formatted(dump, from.dump()));
        }
        if (changes.counts() != null && changes.counts().after() != documents) {
            throw new IllegalArgumentException("the changes lead to %d documents, but dump %s has %d"
                    .formatted(changes.counts().after(), dump, documents));
        }
        for (Changes.File file : changes.files()) {
            if (!files.contains(new SideFile(file.name(), file.bytes(), file.sha256()))) {
                throw new IllegalArgumentException(
                        "dump %s has changes in %s, which its files do not have".formatted(dump, file.name()));
            }
        }
    }

    /** The files without which a copy is not complete: the other files but those with changes since the dump before. */
    public List<SideFile> neededFiles() {
        return files.stream().filter(file -> !isChangeFile(file.name())).toList();
    }

    /** Whether a file holds changes since the dump before. */
    public boolean isChangeFile(String name) {
        return changes != null
                && changes.files().stream().anyMatch(file -> file.name().equals(name));
    }

    /** A manifest without a publisher, a custom licence and changes. */
    public Manifest(
            int formatVersion,
            String dataset,
            String dump,
            String title,
            @Nullable String description,
            @Nullable String license,
            @Nullable String homepage,
            @Nullable List<String> covers,
            @Nullable Instant nextDue,
            Instant takenAt,
            Source source,
            long documents,
            long bytes,
            @Nullable Integer schemaVersion,
            @Nullable SchemaChanges schemaChanges,
            @Nullable Previous previous,
            @Nullable List<String> accepted,
            List<Format> formats,
            List<Part> parts,
            List<SideFile> files,
            @Nullable Long repaired,
            String spillway) {
        this(
                formatVersion,
                dataset,
                dump,
                title,
                description,
                license,
                homepage,
                covers,
                nextDue,
                takenAt,
                source,
                documents,
                bytes,
                schemaVersion,
                schemaChanges,
                previous,
                accepted,
                formats,
                parts,
                files,
                repaired,
                spillway,
                null,
                null,
                null);
    }

    /** The dump's id. */
    public DumpId id() {
        DumpId id = id(dataset, dump);
        if (id == null) {
            throw new IllegalStateException("checked when constructed: " + dump);
        }
        return id;
    }

    private static @Nullable DumpId id(String dataset, String dump) {
        String prefix = dataset + "/";
        return dump.startsWith(prefix)
                ? DumpId.of(dataset, dump.substring(prefix.length())).orElse(null)
                : null;
    }

    /**
     * The source of the snapshot.
     *
     * @param product   {@code elasticsearch} or {@code opensearch}
     * @param version   of the server, or null if the exporter may not request it
     * @param name      the exported index, alias, data stream or pattern
     * @param indices   the concrete indices that it resolved to
     * @param filtered  whether a query left documents out
     * @param query     the query, or null if it is not published or there is none
     * @param documents number of documents that were selected in the snapshot, counted on the snapshot itself
     * @param altered   number of documents with withheld or blurred values, or null in manifests of older versions
     * @param fields    the published fields
     * @param now       the instant used for {@code now} in the query, or null if the query does not contain it
     * @param vectors   {@code rebuilt} if the server rebuilt documents with vectors, so that digits of numbers may
     *                  differ from what was indexed; otherwise null
     * @param snapshot  the snapshot in a repository that was read, or null if one was taken for this dump
     * @param where     how documents were selected while they were read, or null if all of the snapshot were
     */
    public record Source(
            String product,
            @Nullable String version,
            String name,
            List<String> indices,
            boolean filtered,
            @Nullable JsonNode query,
            long documents,
            @Nullable Long altered,
            List<Field> fields,
            @Nullable Instant now,
            @Nullable String vectors,
            @Nullable KeptSnapshot snapshot,
            @Nullable Where where) {
        /** Documents as they were stored, selected without {@code now}. */
        public Source(
                String product,
                @Nullable String version,
                String name,
                List<String> indices,
                boolean filtered,
                @Nullable JsonNode query,
                long documents,
                @Nullable Long altered,
                List<Field> fields) {
            this(product, version, name, indices, filtered, query, documents, altered, fields, null, null, null, null);
        }

        /** Makes defensive copies. */
        public Source {
            Required.members("the manifest's source", product, name, indices, fields);
            indices = List.copyOf(indices);
            fields = List.copyOf(fields);
        }
    }

    /**
     * A snapshot in a repository. Each shard was frozen at some instant between {@code taken_at} of the manifest and its end.
     *
     * @param name       its name, or null if the publisher does not name indices
     * @param takenUntil when it ended
     */
    public record KeptSnapshot(@Nullable String name, Instant takenUntil) {
        /** @throws IllegalArgumentException if a member is missing */
        public KeptSnapshot {
            Required.members("the manifest's snapshot", takenUntil);
        }
    }

    /**
     * Documents selected by their own values. Together with {@code excluded}, the documents of the dump are those that the snapshot
     * has.
     *
     * @param equal    values by path that each document of the dump has, or null if they are not published
     * @param excluded number of documents that were left out
     */
    public record Where(@Nullable Map<String, JsonNode> equal, long excluded) {
        /** @throws IllegalArgumentException if the number is negative */
        public Where {
            if (excluded < 0) {
                throw new IllegalArgumentException("where left out " + excluded + " documents");
            }
        }
    }

    /**
     * A format with its options.
     *
     * @param name        {@code jsonl}, {@code bulk}, {@code csv}
     * @param compression the compression of its parts
     * @param options     details beyond the name, such as the columns of a CSV
     * @param leftOut     fields without a place in the format, with the number of documents that have them; of Parquet
     *                    the fields with values that are in {@code _rest}
     */
    public record Format(String name, String compression, Map<String, Object> options, Map<String, Long> leftOut) {
        /** @throws IllegalArgumentException if a member is missing */
        public Format {
            Required.members("a format", name, compression, options, leftOut);
        }
    }

    /**
     * A field of the documents.
     *
     * @param path      dotted
     * @param type      the source's name for the type, or null if its mapping lacks the field
     * @param jsonTypes JSON types of its values in the dump: {@code array}, {@code boolean}, {@code null},
     *                  {@code number}, {@code object}, {@code string}; empty if no document has it, or in manifests of
     *                  older versions
     * @param documents number of documents with a value, or null in manifests of older versions
     * @param blurred   how its values were blurred, or null if they are as indexed
     */
    public record Field(
            String path,
            @Nullable String type,
            List<String> jsonTypes,
            @Nullable Long documents,
            @Nullable String blurred) {
        /**
         * Accepts manifests of older versions, which have only path and type.
         *
         * @throws IllegalArgumentException if the path is missing
         */
        public Field {
            Required.members("a field", path);
            jsonTypes = jsonTypes == null ? List.of() : List.copyOf(jsonTypes);
        }
    }

    /**
     * The previous dump, and the difference to it.
     *
     * @param dump                its id
     * @param documents           its number of documents
     * @param bytes               total bytes of its parts
     * @param documentsDifference number of documents now, minus its number
     * @param bytesDifference     bytes now, minus its bytes
     */
    public record Previous(String dump, long documents, long bytes, long documentsDifference, long bytesDifference) {
        /** @throws IllegalArgumentException if a member is missing */
        public Previous {
            Required.members("the previous dump", dump);
        }
    }
}
