package io.spillway.apply;

import io.spillway.changes.DigestSum;
import io.spillway.compress.Compression;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Lanes;
import io.spillway.manifest.ChangeSteps;
import io.spillway.manifest.ChangeSteps.Step;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Part;
import io.spillway.verify.CheckProgress;
import io.spillway.verify.PartCheck;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Writes one share of the keys: lines of the copy that no step names, and lines of the steps that no later step names
 * again.
 */
final class Merge {
    /** Small parts of the copy are merged into files of about this many uncompressed bytes. */
    private static final long FILE_BYTES = 1L << 30;

    private final Copy copy;
    private final Destination changes;
    private final List<Step> steps;
    private final Share share;
    private final KeyTable table;
    private final CheckProgress progress;

    /**
     * A share of the keys.
     *
     * @param number 0 to {@code of - 1}
     * @param of     number of shares
     */
    record Share(int number, int of) {
        boolean has(long high) {
            return of == 1 || Long.remainderUnsigned(high, of) == number;
        }
    }

    /**
     * What a merge wrote.
     *
     * @param parts    the files
     * @param before   sum over the lines of the copy that belong to the share
     * @param after    sum over the lines that were written
     * @param replaced lines from the steps
     * @param removed  lines of the copy that were not written
     */
    record Written(List<Part> parts, DigestSum before, DigestSum after, long replaced, long removed) {
        static Written of(List<Written> all) {
            DigestSum before = new DigestSum();
            DigestSum after = new DigestSum();
            List<Part> parts = new ArrayList<>();
            for (Written each : all) {
                before.add(each.before);
                after.add(each.after);
                parts.addAll(each.parts);
            }
            return new Written(
                    parts,
                    before,
                    after,
                    all.stream().mapToLong(Written::replaced).sum(),
                    all.stream().mapToLong(Written::removed).sum());
        }

        long documents() {
            return parts.stream().mapToLong(Part::documents).sum();
        }
    }

    /** A merge of a copy and at least one step. */
    Merge(Copy copy, Destination changes, List<Step> steps, Share share, KeyTable table, CheckProgress progress) {
        this.copy = copy;
        this.changes = changes;
        this.steps = steps;
        this.share = share;
        this.table = table;
        this.progress = progress;
    }

    /** Reads the keys that the steps name. */
    void readKeys() throws SpillwayException, InterruptedException {
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            int number = i;
            KeyDigest deleted = KeyDigest.ofDeleted();
            readChanges(step, Changes.Kind.DELETED, deleted, (bytes, from, to) -> put(deleted, number));
            KeyDigest changed = KeyDigest.of(step.key(), copy.wrapped());
            readChanges(step, Changes.Kind.CHANGED, changed, (bytes, from, to) -> put(changed, number));
        }
    }

    private void put(KeyDigest key, int step) throws SpillwayException {
        if (share.has(key.high()) && !table.put(key.high(), key.low(), step)) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the keys of the changes are spread unevenly: more than %d belong to share %d of %d"
                            .formatted(table.size(), share.number() + 1, share.of()),
                    "start java with a larger -Xmx, or fetch the newest dump as a whole");
        }
    }

    /**
     * Writes the share.
     *
     * @param work    an existing folder
     * @param readers number of files to read in parallel
     */
    Written write(Path work, Compression compression, int readers) throws SpillwayException, InterruptedException {
        List<Callable<Written>> tasks = new ArrayList<>();
        for (List<Part> group : groups()) {
            Path file = file(work, tasks.size());
            tasks.add(() -> writeKept(group, file, compression));
        }
        Path file = file(work, tasks.size());
        tasks.add(() -> writeChanged(file, compression));
        return Written.of(Lanes.runAll("apply", Math.min(readers, tasks.size()), tasks));
    }

    private Path file(Path work, int task) {
        return work.resolve("share-%05d-%05d".formatted(share.number(), task));
    }

    /** Parts of the copy that become one file: in their order, so that the same input gives the same files. */
    private List<List<Part>> groups() {
        List<List<Part>> groups = new ArrayList<>();
        long bytes = Long.MAX_VALUE;
        for (Part part : copy.parts()) {
            if (bytes > FILE_BYTES - part.bytesUncompressed()) {
                groups.add(new ArrayList<>());
                bytes = 0;
            }
            groups.get(groups.size() - 1).add(part);
            bytes += part.bytesUncompressed();
        }
        return groups;
    }

    private Written writeKept(List<Part> group, Path file, Compression compression)
            throws SpillwayException, InterruptedException {
        DigestSum before = new DigestSum();
        DigestSum after = new DigestSum();
        long[] removed = {0};
        KeyDigest key = KeyDigest.of(steps.get(0).key(), copy.wrapped());
        LineDigest line = new LineDigest();
        try (CopyWriter writer = new CopyWriter(file, compression)) {
            for (Part part : group) {
                read(copy.place().destination(), copy.place().key(part.name()), part, key, (bytes, from, to) -> {
                    if (!share.has(key.high())) {
                        return;
                    }
                    line.read(bytes, from, to);
                    before.add(line.high(), line.low());
                    if (table.step(key.high(), key.low()) >= 0) {
                        removed[0]++;
                    } else {
                        after.add(line.high(), line.low());
                        writer.line(bytes, from, to);
                    }
                });
            }
            return new Written(writer.finish().stream().toList(), before, after, 0, removed[0]);
        }
    }

    private Written writeChanged(Path file, Compression compression) throws SpillwayException, InterruptedException {
        DigestSum after = new DigestSum();
        LineDigest line = new LineDigest();
        try (CopyWriter writer = new CopyWriter(file, compression)) {
            for (int i = 0; i < steps.size(); i++) {
                int number = i;
                KeyDigest key = KeyDigest.of(steps.get(i).key(), copy.wrapped());
                readChanges(steps.get(i), Changes.Kind.CHANGED, key, (bytes, from, to) -> {
                    if (share.has(key.high()) && table.step(key.high(), key.low()) == number) {
                        line.read(bytes, from, to);
                        after.add(line.high(), line.low());
                        writer.line(bytes, from, to);
                    }
                });
            }
            List<Part> parts = writer.finish().stream().toList();
            long replaced = parts.stream().mapToLong(Part::documents).sum();
            return new Written(parts, new DigestSum(), after, replaced, 0);
        }
    }

    /** Reads the files of one kind, and verifies them. */
    private void readChanges(Step step, Changes.Kind kind, KeyDigest key, LineSplitter.Sink sink)
            throws SpillwayException, InterruptedException {
        for (ChangeSteps.File file : step.files()) {
            if (file.kind() == kind) {
                Part part = new Part(
                        file.named().name(),
                        file.format(),
                        file.compression(),
                        file.bytes(),
                        file.bytesUncompressed(),
                        file.documents(),
                        file.sha256(),
                        null,
                        null);
                read(changes, new ObjectKey(file.path()), part, key, sink);
            }
        }
    }

    /** Passes each line on after its key was read, and verifies the file. */
    private void read(Destination from, ObjectKey name, Part part, KeyDigest key, LineSplitter.Sink sink)
            throws SpillwayException, InterruptedException {
        String where = from.name() + " " + name;
        long[] left = {part.documents(), part.bytesUncompressed()};
        LineSplitter lines = new LineSplitter((bytes, start, end) -> {
            requireStated(--left[0], where, part.documents(), "documents");
            if (!key.read(bytes, start, end)) {
                throw new SpillwayException(
                        Fault.INTEGRITY,
                        // Without its content: the reader may have withdrawn it, too.
                        "%s has no key, or several, in line %d".formatted(where, part.documents() - left[0]),
                        "fetch the file again; if it is the same, fetch the newest dump as a whole");
            }
            sink.line(bytes, start, end);
        });
        PartCheck.check(progress.counting(from.open(name)), part, where, (bytes, count) -> {
            left[1] -= count;
            requireStated(left[1], where, part.bytesUncompressed(), "bytes uncompressed");
            lines.take(bytes, count);
        });
        progress.finishedFile();
    }

    /** A file that is longer than stated ends the work before it fills memory or the disk. */
    private static void requireStated(long left, String where, long stated, String what) throws SpillwayException {
        if (left < 0) {
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    "%s has more than the expected %d %s".formatted(where, stated, what),
                    "fetch the file again; if it is the same, fetch the newest dump as a whole");
        }
    }
}
