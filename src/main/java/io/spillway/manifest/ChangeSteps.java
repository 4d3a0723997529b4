package io.spillway.manifest;

import io.spillway.dataset.DumpId;
import io.spillway.fault.SpillwayException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The file {@code DATASET/changes.json}: from which dumps a reader gets to the newest one by changes. It names only files that
 * exist beside it.
 *
 * @param formatVersion {@link #FORMAT_VERSION}
 * @param dataset       the dataset's name
 * @param steps         from dump to dump, the oldest first
 * @param breaks        dumps to which no step leads, the oldest first
 */
public record ChangeSteps(int formatVersion, String dataset, List<Step> steps, List<Break> breaks) {
    /** Increases if readers of an older version would misread a newer one. */
    public static final int FORMAT_VERSION = 1;

    /** Its name, in the dataset's folder. */
    public static final String FILE_NAME = "changes.json";

    /** @throws IllegalArgumentException if a member is missing or impossible, or steps contradict each other */
    public ChangeSteps {
        Required.members("the steps of changes", dataset, steps, breaks);
        if (formatVersion != FORMAT_VERSION) {
            throw new IllegalArgumentException("unsupported format " + formatVersion + " of changes, expected 1");
        }
        Required.members("a list of changes", steps.toArray());
        Required.members("a list of changes", breaks.toArray());
        steps = List.copyOf(steps);
        breaks = List.copyOf(breaks);
        Set<String> reached = new HashSet<>();
        for (Step step : steps) {
            DumpId from = id(dataset, step.from());
            DumpId to = id(dataset, step.to());
            if (from.compareTo(to) >= 0) {
                throw new IllegalArgumentException("a step leads from " + from + " to " + to + ", which is not later");
            }
            if (!reached.add(step.to())) {
                throw new IllegalArgumentException("two steps lead to " + to);
            }
        }
        for (Break each : breaks) {
            id(dataset, each.dump());
        }
    }

    private static DumpId id(String dataset, String dump) {
        return DumpId.parse(dump)
                .filter(id -> id.dataset().equals(dataset))
                .orElseThrow(() -> new IllegalArgumentException(
                        "\"%s\" is not the id of a dump of \"%s\"".formatted(dump, dataset)));
    }

    /** The steps of a dataset. */
    public ChangeSteps(String dataset, List<Step> steps, List<Break> breaks) {
        this(FORMAT_VERSION, dataset, steps, breaks);
    }

    /** Returns the file's content. */
    public byte[] write() {
        return ManifestJson.write(this);
    }

    /**
     * Reads such a file. The stream stays open.
     *
     * @param where its name in errors
     * @throws SpillwayException if it is not such a file
     */
    public static ChangeSteps read(InputStream in, String where) throws SpillwayException {
        return ManifestJson.read(in, ChangeSteps.class, where, "a list of changes");
    }

    /**
     * A step from one dump to the next.
     *
     * @param key                what identifies a document, see {@link Changes#key()}
     * @param from               id of the dump before, which may not exist any more
     * @param fromManifestSha256 SHA-256 of its manifest, lower-case hex
     * @param to                 id of the dump that the step leads to, which exists
     * @param toManifestSha256   SHA-256 of its manifest, lower-case hex
     * @param counts             how many documents differ
     * @param digest             of the lines of both dumps
     * @param files              the files with the changes
     */
    public record Step(
            String key,
            String from,
            String fromManifestSha256,
            String to,
            String toManifestSha256,
            Changes.Counts counts,
            Changes.Digest digest,
            List<File> files) {
        /** @throws IllegalArgumentException if a member is missing or impossible */
        public Step {
            Required.members(
                    "a step of changes", key, from, fromManifestSha256, to, toManifestSha256, counts, digest, files);
            Changes.requireKey(key);
            Changes.requireSha256(fromManifestSha256);
            Changes.requireSha256(toManifestSha256);
            Required.members("a step of changes", files.toArray());
            files = List.copyOf(files);
            Changes.requireFiles(counts, files.stream().map(File::named).toList());
        }
    }

    /**
     * A file of a step.
     *
     * @param path              relative to the folder of {@code changes.json}: date of the dump and name, as in
     *                          {@code 2026-11-21T030000Z/journals-2026-11-21T030000Z.changes.00001.jsonl.gz}
     * @param kind              what it holds
     * @param format            {@code jsonl} or {@code bulk}
     * @param compression       such as {@code gzip}, or {@code none}
     * @param bytes             length of the file
     * @param bytesUncompressed length of its uncompressed content
     * @param documents         number of documents, keys, or actions in it
     * @param sha256            of the file, lower-case hex
     */
    public record File(
            String path,
            Changes.Kind kind,
            String format,
            String compression,
            long bytes,
            long bytesUncompressed,
            long documents,
            String sha256) {
        /** @throws IllegalArgumentException if a member is missing or impossible */
        public File {
            Required.members("a file of a step", path, kind, format, compression, sha256);
            int slash = path.indexOf('/');
            Required.fileName(path.substring(0, Math.max(0, slash)));
            Required.fileName(path.substring(slash + 1));
        }

        /** The file of a dump with this date. */
        public static File of(String date, Changes.File file) {
            return new File(
                    date + "/" + file.name(),
                    file.kind(),
                    file.format(),
                    file.compression(),
                    file.bytes(),
                    file.bytesUncompressed(),
                    file.documents(),
                    file.sha256());
        }

        /** The file as the manifest of its dump has it. */
        public Changes.File named() {
            return new Changes.File(
                    path.substring(path.indexOf('/') + 1),
                    kind,
                    format,
                    compression,
                    bytes,
                    bytesUncompressed,
                    documents,
                    sha256);
        }
    }

    /**
     * A dump to which no step leads.
     *
     * @param dump   its id; it may not exist any more
     * @param reason for people
     */
    public record Break(String dump, String reason) {
        /** @throws IllegalArgumentException if a member is missing */
        public Break {
            Required.members("a break of changes", dump, reason);
        }
    }
}
