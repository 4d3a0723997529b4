package io.spillway.changes;

import io.spillway.dataset.DumpId;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Changes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the changes of one dump, in three steps: the lanes record their documents in {@link #slice} buffers; {@link #make}
 * compares them with the dump before, writes the files and proves them; {@link #keep} keeps the digests for the next dump. Memory
 * does not depend on the number of documents, but for one bit for each. Apart from {@code slice}, for one thread.
 */
public final class ChangeMaker {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeMaker.class);

    /** All buffers of lanes together may take this part of the heap. */
    private static final int HEAP_SHARE = 16;

    private static final int MOST_BUFFER = 8 << 20;
    private static final int LEAST_BUFFER = 256 << 10;

    private final ChangeSettings settings;
    private final DumpId dump;
    private final Path scratch;
    private final KeptDigests kept;
    private final int lanes;
    private final DigestSort sort;
    private final List<SpillBuffer> slices = new ArrayList<>();
    private DigestFile.@Nullable Written keepable;
    private @Nullable String warning;

    /**
     * A maker that has recorded nothing.
     *
     * @param dump    the dump that is being written
     * @param scratch an empty folder for digests, which only its owner can read, on the file system of {@code kept}; the caller
     *                removes it
     * @param kept    digests of the newest dump
     * @param lanes   slices that are read in parallel, at least 1
     */
    public ChangeMaker(ChangeSettings settings, DumpId dump, Path scratch, KeptDigests kept, int lanes) {
        this.settings = settings;
        this.dump = dump;
        this.scratch = scratch;
        this.kept = kept;
        this.lanes = lanes;
        this.sort = new DigestSort(scratch);
    }

    /** Bytes on disk for each document during an export, beside its key and its routing: the spill and its sorted copy. */
    public static long spillBytes() {
        return 2L * DigestRecord.FIXED_BYTES;
    }

    /** Bytes on disk for each document between exports, beside its key and its routing. */
    public static long keptBytes() {
        return DigestRecord.FIXED_BYTES;
    }

    /** A buffer for the documents of a slice, numbered from 0. Thread-safe; the buffer belongs to the calling thread. */
    public SpillBuffer slice(int index) {
        SpillBuffer buffer =
                new SpillBuffer(sort, settings.encoder().get(), settings.keys(), index, bufferBytes(lanes));
        synchronized (slices) {
            slices.add(buffer);
        }
        return buffer;
    }

    /**
     * Heap in bytes that lanes need to record their documents: a buffer for each, and the order of its records.
     *
     * @param lanes slices that are read in parallel, at least 1
     * @param heap  of the JVM
     */
    public static long recordingBytes(int lanes, long heap) {
        long buffer = bufferBytes(lanes, heap);
        // Offsets, which grow by copies of twice the length, and the order in which the records are written.
        long records = buffer / DigestRecord.FIXED_BYTES;
        return lanes * (buffer + records * (3 * Integer.BYTES + Long.BYTES) + DigestFile.BUFFER);
    }

    /** Heap in bytes that the comparison of documents needs: buffers of files, and a bit for each document that differs. */
    public static long comparingBytes(long documents) {
        return (DigestSort.FAN_IN + 4L) * DigestFile.BUFFER + Places.mostBytes(documents);
    }

    static int bufferBytes(int lanes) {
        return bufferBytes(lanes, Runtime.getRuntime().maxMemory());
    }

    private static int bufferBytes(int lanes, long heap) {
        return (int) Math.max(LEAST_BUFFER, Math.min(MOST_BUFFER, heap / HEAP_SHARE / lanes));
    }

    /** What an operator has to know of this dump's changes, such as a failed proof; empty if all went well. */
    public Optional<String> warning() {
        return Optional.ofNullable(warning);
    }

    /**
     * Writes the files with changes and proves that they lead from the dump before to this one. If they do not, or if they cannot
     * be written, no file is left, a new chain begins, and {@link #warning} is present: the dump does not depend on its changes.
     *
     * @param before        the dump before, or null if there is none at home
     * @param whyNone       why there is none, for people; used if {@code before} is null
     * @param schemaVersion of this dump
     * @param documents     in this dump
     * @param parts         all parts in {@code jsonl}, in the order of their names
     * @param folder        with the parts; gets the files
     */
    public Changes make(
            @Nullable DumpBefore before,
            String whyNone,
            int schemaVersion,
            long documents,
            List<PlacedPart> parts,
            Path folder)
            throws InterruptedException {
        try {
            String reason = before == null ? whyNone : whyNewChain(before, schemaVersion);
            Changes changes = compare(reason == null ? before : null, reason, documents, parts, folder);
            if (changes.from() == null) {
                LOG.info("a new chain of changes begins dump={} reason=\"{}\"", dump, changes.newChain());
            } else {
                LOG.info(
                        "changes written dump={} from={} counts={}",
                        dump,
                        changes.from().dump(),
                        changes.counts());
            }
            return changes;
        } catch (IOException | SpillwayException e) {
            if (Thread.interrupted()) {
                // An interrupt closes channels in the middle of a write.
                throw (InterruptedException) new InterruptedException("while writing changes of " + dump).initCause(e);
            }
            return failed("the changes could not be written", String.valueOf(e.getMessage()), folder);
        }
    }

    private Changes failed(String publicly, String detail, Path folder) {
        warning = "dump %s has no changes: %s: %s".formatted(dump, publicly, detail);
        LOG.error("NO CHANGES dump={} reason=\"{}\" cause=\"{}\"", dump, publicly, detail);
        removeFiles(folder);
        return Changes.newChain(settings.key(), publicly);
    }

    private void removeFiles(Path folder) {
        try (var files = Files.newDirectoryStream(folder, dump.fileStem() + ".{changes,deleted}.*")) {
            for (Path file : files) {
                Files.delete(file);
            }
        } catch (IOException e) {
            // Publishing refuses a folder with files that the manifest does not have.
            LOG.error("cannot remove files of changes folder={} cause=\"{}\"", folder, e.toString());
        }
    }

    /** Why a new chain begins whatever the documents are, or null. */
    private @Nullable String whyNewChain(DumpBefore before, int schemaVersion) {
        Changes changes = before.manifest().changes();
        if (changes == null) {
            return "this is the first dump with changes";
        } else if (!changes.key().equals(settings.key())) {
            return "the key of changes is another one than in the dump before";
        } else if (before.manifest().schemaVersion() == null
                || before.manifest().schemaVersion() != schemaVersion) {
            return "the schema version is another one than in the dump before";
        }
        Optional<KeptDigests.Note> note =
                kept.note().filter(each -> each.dump().equals(before.manifest().dump()));
        if (note.isEmpty()) {
            return before.sameSettings()
                    ? null
                    : "it is not known whether the dump before was made with the same settings";
        }
        for (Map.Entry<String, String> each : new TreeMap<>(settings.fingerprint()).entrySet()) {
            if (!each.getValue().equals(note.get().settings().get(each.getKey()))) {
                return each.getKey() + " are not those of the dump before";
            }
        }
        return null;
    }

    private Changes compare(
            @Nullable DumpBefore before, @Nullable String reason, long documents, List<PlacedPart> parts, Path folder)
            throws IOException, SpillwayException, InterruptedException {
        DigestFile.Written old = before == null ? null : digestsOf(before).orElse(null);
        if (before != null && old == null) {
            reason = "the digests of the dump before are lost and cannot be made again";
        }
        try (ChangeFiles deleted = files(folder, Changes.Kind.DELETED);
                ChangeFiles changed = files(folder, Changes.Kind.CHANGED);
                ChangeFiles bulk = settings.bulk() == null ? null : requests(folder, settings.bulk())) {
            ChangeJoin join = new ChangeJoin(old == null ? null : deleted, old == null ? null : bulk);
            DigestFile.Written now = join(join, old);
            String unusable = unusable(join);
            if (unusable != null) {
                removeFiles(folder);
                return Changes.newChain(settings.key(), unusable);
            }
            keepable = now;
            if (before == null || old == null) {
                return Changes.newChain(settings.key(), String.valueOf(reason));
            }
            new ChangeLines(folder, scratch, settings.compression(), lanes, settings.keys(), changed, bulk)
                    .copy(parts, join.places);
            List<Changes.File> files = new ArrayList<>();
            List<Changes.File> changedFiles = changed.finish();
            List<Changes.File> deletedFiles = deleted.finish();
            files.addAll(changedFiles);
            files.addAll(deletedFiles);
            if (bulk != null) {
                files.addAll(bulk.finish());
            }
            String wrong = new ChangeProof(settings, folder, join, old, before.manifest())
                    .difference(sums(), documents, changedFiles, deletedFiles);
            if (wrong != null) {
                return failed("the files did not prove to lead from the dump before to this one", wrong, folder);
            }
            return new Changes(
                    settings.key(),
                    new Changes.From(before.manifest().dump(), before.manifestSha256()),
                    null,
                    join.counts(),
                    new Changes.Digest(old.lines().hex(), now.lines().hex()),
                    files);
        }
    }

    private DigestFile.Written join(ChangeJoin join, DigestFile.@Nullable Written old)
            throws IOException, SpillwayException, InterruptedException {
        Path sorted = scratch.resolve("sorted");
        try (DigestSort.Merged merged = sort.merged()) {
            if (old == null) {
                return join.run(merged, null, sorted);
            }
            try (DigestFile.Reader reader = new DigestFile.Reader(old.file())) {
                return join.run(merged, reader, sorted);
            }
        }
    }

    /** What the lanes added up while they wrote, independently of the files. */
    private ChangeProof.Sums sums() {
        DigestSum keys = new DigestSum();
        DigestSum lines = new DigestSum();
        long documents = 0;
        for (SpillBuffer slice : slices) {
            keys.add(slice.keySum());
            lines.add(slice.lineSum());
            documents += slice.documents();
        }
        return new ChangeProof.Sums(documents, keys, lines);
    }

    /** Why the documents of this dump have no changes, for people; or null. The log has examples. */
    private @Nullable String unusable(ChangeJoin join) {
        long without = slices.stream().mapToLong(SpillBuffer::without).sum();
        if (without > 0) {
            String example = slices.stream()
                    .map(SpillBuffer::example)
                    .filter(each -> !each.isEmpty())
                    .findFirst()
                    .orElse("");
            LOG.warn(
                    "documents without a key: there are no changes dump={} key={} documents={} example={}",
                    dump,
                    settings.key(),
                    without,
                    example);
            return "%d documents have no key %s, or one that is not a string or an integer, or is longer than 2,048 bytes"
                    .formatted(without, settings.key());
        } else if (join.twice > 0) {
            LOG.warn(
                    "keys are not unique: there are no changes dump={} key={} documents={} example={}",
                    dump,
                    settings.key(),
                    join.twice,
                    join.twiceExample);
            return "%d documents have the key of another document".formatted(join.twice);
        }
        return null;
    }

    private ChangeFiles files(Path folder, Changes.Kind kind) {
        return new ChangeFiles(
                folder,
                dump.fileStem() + (kind == Changes.Kind.DELETED ? ".deleted" : ".changes"),
                kind,
                "jsonl",
                "jsonl",
                settings.compression(),
                new ChangeFiles.Limits(settings.documents(), Long.MAX_VALUE, settings.bytes()));
    }

    private ChangeFiles requests(Path folder, ChangeSettings.Bulk bulk) {
        return new ChangeFiles(
                folder,
                dump.fileStem() + ".changes",
                Changes.Kind.BULK,
                "bulk",
                "bulk.ndjson",
                bulk.compression(),
                new ChangeFiles.Limits(settings.documents(), bulk.requestBytes(), settings.bytes()));
    }

    /** The sorted digests of the dump before: those that are kept, or made again from its parts. */
    private Optional<DigestFile.Written> digestsOf(DumpBefore before)
            throws IOException, SpillwayException, InterruptedException {
        Optional<DigestFile.Written> found = kept.note()
                .filter(note -> note.dump().equals(before.manifest().dump())
                        && note.manifestSha256().equals(before.manifestSha256())
                        && note.key().equals(settings.key())
                        && note.records() == before.manifest().documents())
                .flatMap(kept::records);
        return found.isPresent() ? found : new DigestsAgain(settings, before, scratch, lanes).make();
    }

    /**
     * Keeps the digests of the dump, which is public now, for the next one. A failure is only logged: the next export makes the
     * digests again.
     *
     * @param manifestSha256 SHA-256 of its manifest, lower-case hex
     */
    public void keep(String manifestSha256) {
        try {
            DigestFile.Written written = keepable;
            if (written == null) {
                kept.remove();
            } else {
                kept.keep(written, dump.toString(), manifestSha256, settings);
            }
        } catch (SpillwayException e) {
            LOG.warn("digests of changes are not kept dump={} cause=\"{}\"", dump, e.getMessage());
        }
    }
}
