package io.spillway.pipeline;

import io.spillway.changes.ChangeMaker;
import io.spillway.changes.PlacedPart;
import io.spillway.dataset.DumpId;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.FieldCounts;
import io.spillway.fields.FieldPath;
import io.spillway.fields.PublishedField;
import io.spillway.lanes.Lanes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.source.Fetched;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.source.SourceField;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a snapshot into parts, and proves that each document is in them exactly once. {@link #read} runs one lane per slice, or
 * {@link #add} takes the results of slices that ran elsewhere; {@link #prove} compares; the accessors describe what was written.
 * For one snapshot. {@code read} returns after its lanes have ended; the object belongs to the calling thread.
 */
public final class Extraction {
    private static final Logger LOG = LoggerFactory.getLogger(Extraction.class);

    /** The most unlisted fields that the log names for each dump. */
    private static final int MAX_NAMED = 100;

    private final SliceSettings settings;
    private final DumpId dump;
    private final List<PartFormat> formats;
    private final Progress progress;
    private final SliceTotals totals;
    private final List<String> sentEmpty = new ArrayList<>();
    private @Nullable ChangeMaker changes;
    private PartNames names = PartNames.numbered();
    private @Nullable PartStore store;
    private List<Part> parts = List.of();
    private double seconds;

    /**
     * An extraction that has not begun.
     *
     * @param settings how the documents are written
     * @param progress is updated while documents are read
     */
    public Extraction(SliceSettings settings, Progress progress) {
        this.settings = settings;
        this.dump = settings.dump();
        this.formats = settings.formats();
        this.progress = progress;
        this.totals = new SliceTotals(formats.size());
    }

    /** Records the documents for changes, too. Call it before {@link #read}. */
    public void recordFor(ChangeMaker maker) {
        changes = maker;
    }

    /** Names the parts in another form than with numbers over all slices. Call it before {@link #read}. */
    public void name(PartNames other) {
        names = other;
    }

    /**
     * Sends each complete part to a store and deletes its file. The parts need names that are final when they begin. Call it
     * before {@link #read}.
     *
     * @param other the caller closes it
     */
    public void sendTo(PartStore other) {
        store = other;
    }

    /** The store that complete parts are sent to; empty if their files stay in the work folder. */
    public Optional<PartStore> store() {
        return Optional.ofNullable(store);
    }

    /** Where the parts wait; empty if their files are in the work folder. */
    public List<String> sent() {
        return Stream.concat(totals.sent().stream(), sentEmpty.stream()).toList();
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
        PartOrder order =
                new PartOrder(folder, dump, formats, names, snapshot.slices().size(), named);
        long begun = System.nanoTime();
        runLanes(snapshot, folder, order);
        seconds = since(begun);
        for (int i = 0; i < formats.size(); i++) {
            if (order.count(i) == 0) {
                order.addLast(i, emptyPart(folder, i));
            }
        }
        parts = order.parts();
    }

    /**
     * Adds the result of a slice that was run by {@link SliceRun}. Thread-safe.
     *
     * @param reading what that process has read
     * @throws IllegalArgumentException if it does not fit, or the slice was added before
     */
    public void add(SliceResult result, Progress.Reading reading) {
        totals.add(result);
        progress.add(reading);
    }

    /**
     * Ends an extraction whose slices were {@linkplain #add added}.
     *
     * @param folder gets an empty part for each format without documents, unless there is a store
     * @param begun  when the slices began, of {@link System#nanoTime}
     * @throws IllegalStateException if a slice is missing
     */
    public void end(Snapshot snapshot, Path folder, long begun) throws SpillwayException, InterruptedException {
        Set<Integer> ended = totals.slices();
        for (Slice slice : snapshot.slices()) {
            if (!ended.contains(slice.number())) {
                throw new IllegalStateException("slice " + slice.number() + " has no result");
            }
        }
        seconds = since(begun);
        List<Part> all = new ArrayList<>();
        for (int i = 0; i < formats.size(); i++) {
            totals.parts(i).forEach(all::addAll);
            if (totals.parts(i).stream().allMatch(List::isEmpty)) {
                all.add(emptyPart(folder, i));
            }
        }
        all.sort(Comparator.comparing(Part::name));
        parts = List.copyOf(all);
    }

    private static double since(long begun) {
        return (System.nanoTime() - begun) / (double) TimeUnit.SECONDS.toNanos(1);
    }

    /**
     * Compares the documents written in each format, and those that were left out, with the snapshot's count, before and after
     * reading, and proves that no two of them are the same.
     *
     * @throws SpillwayException {@code INTEGRITY}: a number differs; nothing may be published
     */
    public void prove(Snapshot snapshot) throws SpillwayException, InterruptedException {
        long distinct = SliceSpans.distinct(totals.spans());
        for (int i = 0; i < formats.size(); i++) {
            long written = totals.parts(i).stream()
                    .flatMap(List::stream)
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
        for (int i = 0; i < formats.size(); i++) {
            never.putAll(totals.columns(i).neverFilled());
        }
        for (int i = 0; i < formats.size(); i++) {
            never.keySet().removeAll(totals.columns(i).filled());
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
        FieldCounts counts = totals.fields();
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
            facts.add(new Manifest.Format(
                    format.encoder().get().format(),
                    format.compression().name(),
                    format.facts(totals.columns(i), totals.libraries(i)),
                    totals.leftOut(i)));
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
        List<List<Part>> slices = totals.parts(format);
        for (int slice = 0; slice < slices.size(); slice++) {
            long first = 0;
            for (Part part : slices.get(slice)) {
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
        return totals.fields().published();
    }

    /** The first documents as they are published, as JSON Lines; empty if there are none. */
    public String sample() {
        return totals.sample();
    }

    /** How many documents are in the parts of each format. */
    public long documents() {
        return totals.documents();
    }

    /** How many documents were read and are not published. */
    public long excluded() {
        return totals.excluded();
    }

    /** How many documents contained bytes that are not UTF-8 and were replaced. */
    public long repaired() {
        return totals.repaired();
    }

    /** How many documents differ from what was indexed because fields were withheld or blurred. */
    public long altered() {
        return totals.altered();
    }

    /**
     * Where the time went.
     *
     * @param lanes   number of slices that were read in parallel
     * @param fetched what was fetched from a store of files, or null
     */
    public RunStats stats(int lanes, @Nullable Fetched fetched) {
        return RunStats.of(seconds, progress.now(), lanes, totals.stats(), fetched);
    }

    private void runLanes(Snapshot snapshot, Path folder, PartOrder order)
            throws SpillwayException, InterruptedException {
        List<SourceField> mapped = snapshot.description().fields();
        List<Callable<Integer>> lanes = new ArrayList<>();
        for (Slice slice : snapshot.slices()) {
            int index = lanes.size();
            Lane lane = new Lane(
                    snapshot,
                    slice,
                    settings.where(),
                    () -> settings.fields().filter(mapped, settings.examples()),
                    (of, clock) -> begin(folder, of, clock, index, order),
                    () -> changes == null ? null : changes.slice(index),
                    progress);
            lanes.add(() -> {
                totals.add(lane.call());
                order.complete(index);
                return index;
            });
        }
        List<Integer> ended = Lanes.runAll(dump.dataset(), snapshot.lanes(), lanes);
        LOG.debug("slices ended dataset={} slices={}", dump.dataset(), ended);
    }

    private List<PartSequence> begin(Path folder, Slice slice, StageClock clock, int index, PartOrder order) {
        return IntStream.range(0, formats.size())
                .mapToObj(i -> new PartSequence(
                        folder,
                        dump,
                        slice.number(),
                        number -> names.begun(dump, slice.number(), i, formats.get(i), number),
                        formats.get(i),
                        settings.limits(),
                        clock,
                        part -> order.add(index, i, part),
                        store))
                .toList();
    }

    /** A dump without documents has one empty part per format, so that readers need not treat this case specially. */
    private Part emptyPart(Path folder, int index) throws SpillwayException, InterruptedException {
        PartFormat format = formats.get(index);
        try (PartSequence empty = new PartSequence(
                folder,
                dump,
                0,
                number -> names.begun(dump, 0, index, format, number),
                format,
                settings.limits(),
                new StageClock(),
                part -> {},
                store)) {
            Part part = empty.finishEmpty();
            sentEmpty.addAll(empty.sent());
            return part;
        }
    }
}
