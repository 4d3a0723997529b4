package io.spillway.manifest;

import com.fasterxml.jackson.databind.JsonNode;
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
 * What a dump contains. Written after every other file of the dump and before any pointer to it; a dump without one does
 * not exist. One that does not add up cannot be constructed.
 *
 * @param formatVersion {@link #FORMAT_VERSION}
 * @param dataset       the dataset's name
 * @param dump          the dump's id, {@code journals/2026-11-21T030000Z}
 * @param title         for people
 * @param description   for people, or null
 * @param license       SPDX expression, or null if none is given
 * @param homepage      where people read about the dataset, or null
 * @param covers        the routes of the site that the dump replaces, each starting with {@code /}; null where nobody has
 *                      said
 * @param nextDue       when the dump after this one is due, or null where there is no plan
 * @param takenAt       when the snapshot was taken
 * @param source        what the snapshot was taken of
 * @param documents     documents in the dump, in each of its formats
 * @param bytes         bytes of all parts
 * @param schemaVersion 1 or more, one higher than in the dump before where fields came, went or changed their type; null
 *                      in manifests of versions that did not count
 * @param schemaChanges what moved against the dump before, or null where nothing did or there was none
 * @param previous      the dump before, or null where there was none
 * @param accepted      refusals of the gate that the operator let through, {@code shrink} or {@code schema}; null if none
 * @param formats       the formats that the documents are in, each once
 * @param parts         the files with documents, in the order of their names
 * @param files         the other files, this one excepted
 * @param repaired      documents in which bytes that are not UTF-8 were replaced, or null if none
 * @param spillway      the version that wrote it
 * @param publisher     who publishes the data, by name, or null where it is not stated
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
        @Nullable String publisher) {

    /** Moves when a reader of an older one would misunderstand a newer one. */
    public static final int FORMAT_VERSION = 1;

    /** The name of the file. */
    public static final String FILE_NAME = "manifest.json";

    /** Fails with {@link IllegalArgumentException} where parts and counts do not agree. */
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
            throw new IllegalArgumentException("manifest format " + formatVersion + ", this version reads 1");
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
            throw new IllegalArgumentException("dump %s holds %d documents but the snapshot had %d"
                    .formatted(dump, documents, source.documents()));
        }
        Map<String, Long> written = new TreeMap<>();
        parts.forEach(part -> written.merge(part.format() + " " + part.compression(), part.documents(), Long::sum));
        Set<String> kinds = new TreeSet<>();
        formats.forEach(format -> kinds.add(format.name() + " " + format.compression()));
        if (!kinds.equals(written.keySet()) || kinds.size() != formats.size()) {
            throw new IllegalArgumentException(
                    "dump %s names the formats %s, its parts are in %s".formatted(dump, kinds, written.keySet()));
        }
        for (var format : written.entrySet()) {
            if (format.getValue() != documents) {
                throw new IllegalArgumentException("the parts in %s of dump %s hold %d documents, not %d"
                        .formatted(format.getKey(), dump, format.getValue(), documents));
            }
        }
        long sum = parts.stream().mapToLong(Part::bytes).sum();
        if (sum != bytes) {
            throw new IllegalArgumentException(
                    "the parts of dump %s have %d bytes, not %d".formatted(dump, sum, bytes));
        }
    }

    /** A manifest that does not state a publisher. */
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
     * What the snapshot was taken of.
     *
     * @param product   {@code elasticsearch}
     * @param version   of the server, or null where the exporter may not ask
     * @param name      the index, alias, data stream or pattern that was exported
     * @param indices   the concrete indices it stood for
     * @param filtered  whether a query left documents out
     * @param query     that query, or null where it is not published or there is none
     * @param documents documents in the snapshot, counted on the snapshot itself
     * @param altered   documents of which something was withheld or blurred, or null in manifests of versions that did
     *                  not count
     * @param fields    the fields that are published
     * @param now       the instant that {@code now} means in the query, or null where the query does not have it
     * @param vectors   {@code rebuilt} where the server rebuilt documents with vectors, so that digits of numbers may
     *                  differ from what was indexed; else null
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
            @Nullable String vectors) {
        /** Documents that are as they were stored, chosen without {@code now}. */
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
            this(product, version, name, indices, filtered, query, documents, altered, fields, null, null);
        }

        /** Takes copies. */
        public Source {
            Required.members("the manifest's source", product, name, indices, fields);
            indices = List.copyOf(indices);
            fields = List.copyOf(fields);
        }
    }

    /**
     * A format, and what readers have to know of it.
     *
     * @param name        {@code jsonl}, {@code bulk}, {@code csv}
     * @param compression how its parts are compressed
     * @param options     what differs from what the name says, such as the columns of a CSV
     * @param leftOut     fields of documents that the format had no place for, with how many documents had each
     */
    public record Format(String name, String compression, Map<String, Object> options, Map<String, Long> leftOut) {
        /** Fails where a member is missing. */
        public Format {
            Required.members("a format", name, compression, options, leftOut);
        }
    }

    /**
     * A field of the documents.
     *
     * @param path      dotted
     * @param type      the source's own name of the type, or null where its mapping does not have the field
     * @param jsonTypes what its values are in the dump: {@code array}, {@code boolean}, {@code null}, {@code number},
     *                  {@code object}, {@code string}; empty where no document has it, or nobody counted
     * @param documents how many documents have it with something in it, or null in manifests of versions that did not count
     * @param blurred   how its values were blurred, or null where they are as indexed
     */
    public record Field(
            String path,
            @Nullable String type,
            List<String> jsonTypes,
            @Nullable Long documents,
            @Nullable String blurred) {
        /** Fails where a member is missing; manifests of older versions have only the first two. */
        public Field {
            Required.members("a field", path);
            jsonTypes = jsonTypes == null ? List.of() : List.copyOf(jsonTypes);
        }
    }

    /**
     * The dump before this one, and how far this one is from it.
     *
     * @param dump                its id
     * @param documents           how many it held
     * @param bytes               bytes of its parts
     * @param documentsDifference documents of this one less those of that one
     * @param bytesDifference     the same of bytes
     */
    public record Previous(String dump, long documents, long bytes, long documentsDifference, long bytesDifference) {
        /** Fails where a member is missing. */
        public Previous {
            Required.members("the previous dump", dump);
        }
    }
}
