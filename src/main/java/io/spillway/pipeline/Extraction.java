package io.spillway.pipeline;

import io.spillway.changes.ChangeMaker;
import io.spillway.changes.PlacedPart;
import io.spillway.dataset.DumpId;
import io.spillway.encode.ColumnKinds;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.FieldCounts;
import io.spillway.fields.FieldPath;
import io.spillway.fields.FieldPolicy;
import io.spillway.fields.PublishedField;
import io.spillway.fields.Where;
import io.spillway.lanes.Lanes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.source.SourceField;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a snapshot into parts, and proves that each document is in them exactly once. {@link #read} runs one lane per slice;
 * {@link #prove} compares; the accessors describe what was written. For one snapshot. {@code read} returns after its lanes
 * have ended; the object belongs to the calling thread.
 */
public final class Extraction {
    private static final Logger LOG = LoggerFactory.getLogger(Extraction.class);

    /** The most unlisted fields that the log names for each dump. */
    private static final int MAX_NAMED = 100;

    private final DumpId dump;
    private final Where where;
    private final FieldPolicy fields;
    private final boolean examples;
    private final PartLimits limits;
    private final List<PartFormat> formats;
    private final Progress progress;
    private final FieldCounts counts = new FieldCounts();
    private @Nullable ChangeMaker changes;
    private List<Lane.Result> results = List.of();
    private List<Part> parts = List.of();
    private double seconds;

    /**
     * An extraction that has not begun.
     *
     * @param dump     names the parts
     * @param where    selects the documents that are published
     * @param fields   decides what is published of each document
     * @param examples whether the field statistics keep example values
     * @param limits   of each part
     * @param formats  of the parts, at least one
     * @param progress is updated while documents are read
     */
    public Extraction(
            DumpId dump,
            Where where,
            FieldPolicy fields,
            boolean examples,
            PartLimits limits,
            List<PartFormat> formats,
            Progress progress) {
        this.dump = dump;
        this.where = where;
        this.fields = fields;
        this.examples = examples;
        this.limits = limits;
        this.formats = List.copyOf(formats);
        this.progress = progress;
    }

    /** Records the documents for changes, too. Call it before {@link #read}. */
    public void recordFor(ChangeMaker maker) {
        changes = maker;
    }

    /**
     * Reads every slice of the snapshot and writes its documents.
     *
     * @param folder an empty folder, which gets the parts
     * @param named  is called with each part that has its final name, from the lanes; must return quickly
     * @throws SpillwayException    a slice failed; the folder holds unfinished files
     * @throws InterruptedException the thread was interrupted; the same
     */
    public void read(Snapshot snapshot, Path folder, Consumer<Path> named)
            throws SpillwayException, InterruptedException {
        PartOrder order = new PartOrder(folder, dump, formats, snapshot.slices().size(), named);
        long begun = System.nanoTime();
        results = runLanes(snapshot, folder, order);
        seconds = (System.nanoTime() - begun) / (double) TimeUnit.SECONDS.toNanos(1);
        addEmptyParts(folder, order);
        parts = order.parts();
    }

    /**
     * Compares the documents written in each format, and those that were left out, with the snapshot's count, before and after
     * reading, and proves that no two of them are the same.
     *
     * @throws SpillwayException {@code INTEGRITY}: a number differs; nothing may be published
     */
    public void prove(Snapshot snapshot) throws SpillwayException, InterruptedException {
        long distinct =
                SliceSpans.distinct(results.stream().map(Lane.Result::spans).toList());
        for (int i = 0; i < formats.size(); i++) {
            int format = i;
            long written = results.stream()
                    .flatMap(result -> result.formats().get(format).parts().stream())
                    .mapToLong(Part::documents)
                    .sum();
            requireCount(
                    snapshot,
                    excluded() == 0
                            ? "%d documents of %s were written"
                            : "%d documents of %s were written or excluded by where",
                    written + excluded());
        }
        requireCount(snapshot, "%d different documents of %s were read", distinct);
        requireCount(snapshot, "%d documents of %s were counted after reading", snapshot.recount());
    }

    private static void requireCount(Snapshot snapshot, String what, long found) throws SpillwayException {
        if (found != snapshot.documents()) {
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    (what + ", but the snapshot has %d")
                            .formatted(found, snapshot.description().name(), snapshot.documents()),
                    "nothing was published; run the export again, and report this if it happens again");
        }
    }

    /**
     * Refuses a column that neither the mapping nor any document has: it is a spelling error.
     *
     * @throws SpillwayException {@code CONFIG}: names the columns
     */
    public void requireFilledColumns(Snapshot snapshot) throws SpillwayException {
        Map<String, String> never = new TreeMap<>();
        for (Lane.Result result : results) {
            result.formats().forEach(format -> never.putAll(format.columns().neverFilled()));
        }
        for (Lane.Result result : results) {
            result.formats()
                    .forEach(format -> never.keySet().removeAll(format.columns().filled()));
        }
        if (documents() > 0 && !never.isEmpty()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "format csv: neither the mapping nor any of the %d documents has the columns %s"
                            .formatted(documents(), String.join(", ", never.values())),
                    "check the spelling; to keep an empty column for a future field, add the field to the mapping");
        }
    }

    /** Logs the unlisted fields that were withheld and the values that could not be blurred, for the operator alone. */
    public void logWithheld() {
        Map<String, Long> unlisted = counts.unlisted();
        unlisted.entrySet().stream()
                .limit(MAX_NAMED)
                .forEach(field -> LOG.warn(
                        "unlisted field withheld dataset={} field=\"{}\" documents={}",
                        dump.dataset(),
                        FieldPath.shown(field.getKey()),
                        field.getValue()));
        if (unlisted.size() > MAX_NAMED) {
            LOG.warn("more unlisted fields withheld dataset={} fields={}", dump.dataset(), unlisted.size() - MAX_NAMED);
        }
        counts.unreadable()
                .forEach((field, count) -> LOG.warn(
                        "values that cannot be blurred were withheld dataset={} field=\"{}\" values={}",
                        dump.dataset(),
                        FieldPath.shown(field),
                        count));
        if (counts.tooMany()) {
            LOG.warn(
                    "too many field names in documents; schema.json lists only those of the mapping dataset={}",
                    dump.dataset());
        }
    }

    /** The manifest's entry of each format, in the order of the formats. */
    public List<Manifest.Format> facts() {
        List<Manifest.Format> facts = new ArrayList<>();
        for (int i = 0; i < formats.size(); i++) {
            PartFormat format = formats.get(i);
            Map<String, Long> leftOut = new TreeMap<>();
            ColumnKinds columns = new ColumnKinds();
            for (Lane.Result result : results) {
                columns.add(result.formats().get(i).columns());
                result.formats().get(i).leftOut().forEach((field, count) -> leftOut.merge(field, count, Long::sum));
            }
            facts.add(new Manifest.Format(
                    format.encoder().get().format(), format.compression().name(), format.facts(columns), leftOut));
        }
        return facts;
    }

    /** The parts of all formats, in the order of their names. */
    public List<Part> parts() {
        return parts;
    }

    /** The parts of a format by its index among the formats, with their places in their slices. */
    public List<PlacedPart> placed(int format) {
        List<Part> named =
                parts.stream().filter(part -> isOf(formats.get(format), part)).toList();
        List<PlacedPart> placed = new ArrayList<>();
        for (int slice = 0; slice < results.size(); slice++) {
            long first = 0;
            for (Part part : results.get(slice).formats().get(format).parts()) {
                placed.add(new PlacedPart(named.get(placed.size()), slice, first));
                first += part.documents();
            }
        }
        return placed;
    }

    private static boolean isOf(PartFormat format, Part part) {
        return part.format().equals(format.encoder().get().format())
                && part.compression().equals(format.compression().name());
    }

    /** The published fields, with how many documents have each. */
    public List<PublishedField> fields() {
        return counts.published();
    }

    /** The first documents as they are published, as JSON Lines; empty if there are none. */
    public String sample() {
        return Sample.of(results.stream().map(Lane.Result::sample).toList());
    }

    /** How many documents are in the parts of each format. */
    public long documents() {
        return results.stream().mapToLong(Lane.Result::documents).sum();
    }

    /** How many documents were read and are not published. */
    public long excluded() {
        return results.stream().mapToLong(Lane.Result::excluded).sum();
    }

    /** How many documents contained bytes that are not UTF-8 and were replaced. */
    public long repaired() {
        return results.stream().mapToLong(Lane.Result::repaired).sum();
    }

    /** How many documents differ from what was indexed because fields were withheld or blurred. */
    public long altered() {
        return results.stream().mapToLong(Lane.Result::altered).sum();
    }

    /** Where the time went. */
    public RunStats stats(Snapshot snapshot) {
        return RunStats.of(seconds, progress.now(), snapshot.lanes(), results, snapshot.fetched());
    }

    private List<Lane.Result> runLanes(Snapshot snapshot, Path folder, PartOrder order)
            throws SpillwayException, InterruptedException {
        List<SourceField> mapped = snapshot.description().fields();
        List<Lane> lanes = new ArrayList<>();
        for (Slice slice : snapshot.slices()) {
            int index = lanes.size();
            lanes.add(new Lane(
                    snapshot,
                    slice,
                    where,
                    () -> fields.filter(mapped, examples),
                    counts,
                    (of, clock) -> begin(folder, of, clock, index, order),
                    () -> order.complete(index),
                    () -> changes == null ? null : changes.slice(index),
                    progress));
        }
        return Lanes.runAll(dump.dataset(), snapshot.lanes(), lanes);
    }

    private List<PartSequence> begin(Path folder, Slice slice, StageClock clock, int index, PartOrder order) {
        return IntStream.range(0, formats.size())
                .mapToObj(i -> new PartSequence(
                        folder,
                        dump,
                        slice.number(),
                        "slice-%04d-format-%d".formatted(slice.number(), i),
                        formats.get(i),
                        limits,
                        clock,
                        part -> order.add(index, i, part)))
                .toList();
    }

    /** A dump without documents has one empty part per format, so that readers need not treat this case specially. */
    private void addEmptyParts(Path folder, PartOrder order) throws SpillwayException, InterruptedException {
        for (int i = 0; i < formats.size(); i++) {
            if (order.count(i) == 0) {
                order.addLast(i, emptyPart(folder, formats.get(i)));
            }
        }
    }

    private Part emptyPart(Path folder, PartFormat format) throws SpillwayException, InterruptedException {
        try (PartSequence parts =
                new PartSequence(folder, dump, 0, "empty", format, limits, new StageClock(), part -> {})) {
            return parts.finishEmpty();
        }
    }
}
