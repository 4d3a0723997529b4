package io.spillway.pipeline;

import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.encode.ColumnKinds;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.FieldCounts;
import io.spillway.fields.FieldPath;
import io.spillway.fields.FieldPolicy;
import io.spillway.files.Folders;
import io.spillway.lanes.Lanes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.publish.Ahead;
import io.spillway.publish.Deliveries;
import io.spillway.publish.Deliveries.Delivery;
import io.spillway.publish.Disclosure;
import io.spillway.publish.Draft;
import io.spillway.publish.Publisher;
import io.spillway.publish.Reach;
import io.spillway.source.DocumentSource;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceField;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One export: lock, snapshot, lanes, count, publication. Either a whole dump is published and {@link #run()} returns, or
 * nothing is and it throws; what was written until then is removed. To be run once.
 */
public final class ExportRun {
    private static final Logger LOG = LoggerFactory.getLogger(ExportRun.class);
    /** A snapshot that is lost three times is lost for a reason: a person should look. */
    private static final int MAX_ATTEMPTS = 3;
    /** More lines in a log would hide the others. */
    private static final int MAX_NAMED = 100;

    private final Dataset dataset;
    private final DocumentSource source;
    private final FieldPolicy fields;
    private final Disclosure disclosure;
    private final Formats formats;
    private final PartLimits limits;
    private final boolean allowEmpty;
    private final Workspace workspace;
    private final Publisher publisher;
    private final Deliveries deliveries;
    private final Progress progress;
    private final Clock clock;

    /**
     * An export that has not begun.
     *
     * @param source     stays the caller's to close
     * @param fields     what is published of each document
     * @param disclosure what the dump says beside what is found
     * @param formats    how documents are written
     * @param allowEmpty whether an index without documents makes a dump without documents, or a refusal
     * @param publisher  stays the caller's
     * @param deliveries to the destinations beside the one that the publisher publishes to
     * @param progress   is counted up while the export runs
     */
    public ExportRun(
            Dataset dataset,
            DocumentSource source,
            FieldPolicy fields,
            Disclosure disclosure,
            Formats formats,
            PartLimits limits,
            boolean allowEmpty,
            Workspace workspace,
            Publisher publisher,
            Deliveries deliveries,
            Progress progress) {
        this.dataset = dataset;
        this.source = source;
        this.fields = fields;
        this.disclosure = disclosure;
        this.formats = formats;
        this.limits = limits;
        this.allowEmpty = allowEmpty;
        this.workspace = workspace;
        this.publisher = publisher;
        this.deliveries = deliveries;
        this.progress = progress;
        this.clock = Clock.systemUTC();
    }

    /**
     * Completes what earlier runs have left to be delivered, exports, publishes, and delivers. A delivery that fails, or is
     * cancelled by an interrupt, which stays pending then, is in the report: the dump is public where it is, and the next
     * run tries again.
     *
     * @throws SpillwayException    nothing was published; the fault says why
     * @throws InterruptedException the thread was interrupted; nothing was published
     */
    @SuppressWarnings("try") // the lock is held, not used
    public ExportReport run() throws SpillwayException, InterruptedException {
        try (Workspace.Lock lock = workspace.lock(dataset.name())) {
            List<String> left = workspace.sweep(dataset.name());
            if (!left.isEmpty()) {
                LOG.info("left-overs of earlier runs removed dataset={} names={}", dataset.name(), left);
            }
            List<Delivery> all = new ArrayList<>(deliveries.resume(dataset.name()));
            deliveries.removeOrphans(dataset.name());
            if (Thread.interrupted()) {
                throw new InterruptedException("while delivering what earlier runs have left");
            }
            ExportReport report = exportAndPublish(lock);
            all.addAll(deliver(report.manifest(), lock));
            return report.with(deliveries.reach(report.manifest(), all));
        }
    }

    /**
     * Delivers what earlier runs have left to be delivered, and exports nothing. Cancelled as {@link #run} is.
     *
     * @return what came of it, without a dump where nothing was left to do
     */
    @SuppressWarnings("try") // the lock is held, not used
    public Reach resume() throws SpillwayException {
        try (Workspace.Lock lock = workspace.lock(dataset.name())) {
            List<Delivery> done = deliveries.resume(dataset.name());
            // Of several dumps the newest is brought last.
            Manifest newest = done.isEmpty() ? null : done.get(done.size() - 1).manifest();
            return deliveries.reach(newest, done);
        }
    }

    /** The dump is public at home by now: a lock that is lost keeps it from being sent, and no more. */
    private List<Delivery> deliver(Manifest manifest, Workspace.Lock lock) {
        try {
            lock.requireHeld();
        } catch (SpillwayException e) {
            return deliveries.withhold(manifest, e);
        }
        return deliveries.deliver(manifest);
    }

    private ExportReport exportAndPublish(Workspace.Lock lock) throws SpillwayException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return attempt(lock);
            } catch (SpillwayException e) {
                requireHeld(lock, e);
                if (e.fault() != Fault.SNAPSHOT_LOST || attempt == MAX_ATTEMPTS) {
                    throw e;
                }
                LOG.warn("starting again on a new snapshot attempt={} cause=\"{}\"", attempt + 1, e.getMessage());
                progress.startAgain();
            }
        }
    }

    /** Whoever has taken over has removed our files: that is what our failure comes from, whatever it is called. */
    private static void requireHeld(Workspace.Lock lock, SpillwayException failure) throws SpillwayException {
        try {
            lock.requireHeld();
        } catch (SpillwayException lost) {
            lost.addSuppressed(failure);
            throw lost;
        }
    }

    @SuppressWarnings("try") // the snapshot is closed early, and again, without effect, on every path
    private ExportReport attempt(Workspace.Lock lock) throws SpillwayException, InterruptedException {
        awaitFreeDate();
        try (Snapshot snapshot = source.freeze()) {
            progress.expect(snapshot.documents());
            if (snapshot.documents() == 0 && !allowEmpty) {
                throw new SpillwayException(
                        Fault.GATE,
                        source.name() + " holds no documents to export",
                        "if that is right, publish an empty dump with --allow-empty or gate: {empty: publish}");
            }
            SourceDescription found = snapshot.description();
            fields.require(found.fields(), found.name());
            SourceDescription published = found.withFields(fields.published(found.fields()));
            DumpId dump = new DumpId(dataset.name(), snapshot.takenAt());
            Optional<Manifest> previous = publisher.requireEnough(dump, snapshot.documents());
            List<PartFormat> written = formats.of(found);
            HeapRoom.require(snapshot.lanes(), proofBytes(snapshot), written);
            if (previous.isPresent()) {
                DiskRoom.require(workspace.usableBytes(), previous.get(), snapshot.documents(), written);
            }
            if (previous.isPresent()) {
                requireLater(dump, previous.get());
            }
            Path folder = workspace.newFolder(dump);
            Path links = deliveries.sendAhead() ? workspace.newFolder(dump) : folder;
            try (Ahead ahead = deliveries.ahead(dump, links)) {
                PartOrder order =
                        new PartOrder(folder, dump, written, snapshot.slices().size(), ahead::offer);
                long begun = System.nanoTime();
                FieldCounts counts = new FieldCounts();
                List<Lane.Result> results = read(snapshot, written, counts, dump, folder, order);
                double seconds = (System.nanoTime() - begun) / (double) TimeUnit.SECONDS.toNanos(1);
                requireAll(snapshot, written.size(), results);
                // From here on the cluster has to keep nothing for this run.
                snapshot.close();
                requireFilled(snapshot, results);
                tellWithheld(counts);
                addEmptyParts(dump, written, folder, order);
                RunStats stats = RunStats.of(seconds, progress.now(), snapshot.lanes(), results);
                long repaired =
                        results.stream().mapToLong(Lane.Result::repaired).sum();
                Draft draft = new Draft(
                        dataset,
                        dump,
                        snapshot.takenAt(),
                        published,
                        snapshot.documents(),
                        order.parts(),
                        facts(written, results),
                        counts.published(),
                        disclosure,
                        Sample.of(results.stream().map(Lane.Result::sample).toList()),
                        repaired,
                        results.stream().mapToLong(Lane.Result::altered).sum(),
                        new String(ManifestJson.write(stats), StandardCharsets.UTF_8),
                        folder);
                lock.requireHeld();
                deliveries.making(dump);
                Manifest manifest = publisher.publish(draft, fields::mayName);
                ahead.keep();
                String address = deliveries.isSpooled() ? null : publisher.address(dump);
                return new ExportReport(manifest, stats, address, deliveries.reach(manifest, List.of()));
            } catch (SpillwayException e) {
                if (Thread.interrupted()) {
                    // An interrupt closes channels in the middle of a write, which is no trouble of the disk.
                    throw (InterruptedException) new InterruptedException("while writing " + dump).initCause(e);
                }
                throw e;
            } finally {
                remove(folder);
                remove(links);
            }
        }
    }

    private static long proofBytes(Snapshot snapshot) {
        return HeapRoom.proofBytes(
                snapshot.slices().size(), snapshot.description().shards(), snapshot.documents());
    }

    /** Dumps are told apart, and the newest is found, by their dates. */
    private static void requireLater(DumpId dump, Manifest previous) throws SpillwayException {
        if (previous.id().compareTo(dump) > 0) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the clock says that this would be dump %s, but %s is there, which is later"
                            .formatted(dump, previous.dump()),
                    "set the clock of this machine; if it was ahead when that dump was made, withdraw that dump with "
                            + " spillway withdraw  and export again");
        }
    }

    private List<Lane.Result> read(
            Snapshot snapshot, List<PartFormat> written, FieldCounts counts, DumpId dump, Path folder, PartOrder order)
            throws SpillwayException, InterruptedException {
        List<SourceField> mapped = snapshot.description().fields();
        List<Lane> lanes = new ArrayList<>();
        for (Slice slice : snapshot.slices()) {
            int index = lanes.size();
            lanes.add(new Lane(
                    snapshot,
                    slice,
                    () -> fields.filter(mapped, disclosure.examples()),
                    counts,
                    (of, clock) -> begin(dump, folder, written, of, clock, index, order),
                    () -> order.complete(index),
                    progress));
        }
        return Lanes.runAll(dataset.name(), snapshot.lanes(), lanes);
    }

    private List<PartSequence> begin(
            DumpId dump,
            Path folder,
            List<PartFormat> written,
            Slice slice,
            StageClock clock,
            int index,
            PartOrder order) {
        return IntStream.range(0, written.size())
                .mapToObj(i -> new PartSequence(
                        folder,
                        dump,
                        slice.number(),
                        "slice-%04d-format-%d".formatted(slice.number(), i),
                        written.get(i),
                        limits,
                        clock,
                        part -> order.add(index, i, part)))
                .toList();
    }

    /**
     * The one comparison that everything rests on: as many documents written, in each format, as the snapshot holds, and no
     * two of them the same.
     */
    private void requireAll(Snapshot snapshot, int formatCount, List<Lane.Result> results)
            throws SpillwayException, InterruptedException {
        long distinct =
                SliceSpans.distinct(results.stream().map(Lane.Result::spans).toList());
        for (int i = 0; i < formatCount; i++) {
            int format = i;
            long written = results.stream()
                    .flatMap(result -> result.formats().get(format).parts().stream())
                    .mapToLong(Part::documents)
                    .sum();
            requireCount(snapshot, "%d documents of %s were written", written);
        }
        requireCount(snapshot, "%d different documents of %s were read", distinct);
        requireCount(snapshot, "%d documents of %s were counted after reading", snapshot.recount());
    }

    private void requireCount(Snapshot snapshot, String what, long found) throws SpillwayException {
        if (found != snapshot.documents()) {
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    (what + ", but the snapshot holds %d").formatted(found, source.name(), snapshot.documents()),
                    "nothing was published; run the export again, and report this if it happens again");
        }
    }

    /** A dump without documents still has files, so that whoever fetches it does not have to know about this case. */
    private void addEmptyParts(DumpId dump, List<PartFormat> written, Path folder, PartOrder order)
            throws SpillwayException, InterruptedException {
        for (int i = 0; i < written.size(); i++) {
            if (order.count(i) == 0) {
                order.addLast(i, emptyPart(dump, folder, written.get(i)));
            }
        }
    }

    /** What was left out without a decision, or could not be read, is said: the operator alone has to know. */
    private void tellWithheld(FieldCounts counts) {
        Map<String, Long> unlisted = counts.unlisted();
        unlisted.entrySet().stream()
                .limit(MAX_NAMED)
                .forEach(field -> LOG.warn(
                        "unlisted field withheld dataset={} field=\"{}\" documents={}",
                        dataset.name(),
                        FieldPath.shown(field.getKey()),
                        field.getValue()));
        if (unlisted.size() > MAX_NAMED) {
            LOG.warn("more unlisted fields withheld dataset={} fields={}", dataset.name(), unlisted.size() - MAX_NAMED);
        }
        counts.unreadable()
                .forEach((field, count) -> LOG.warn(
                        "values that cannot be blurred are not published dataset={} field=\"{}\" values={}",
                        dataset.name(),
                        FieldPath.shown(field),
                        count));
        if (counts.tooMany()) {
            LOG.warn(
                    "more names in documents than are told apart, schema.json has those of the mapping alone dataset={}",
                    dataset.name());
        }
    }

    /** A column that neither the mapping nor a single document has is a slip: nobody reads an empty column. */
    private void requireFilled(Snapshot snapshot, List<Lane.Result> results) throws SpillwayException {
        Map<String, String> never = new TreeMap<>();
        for (Lane.Result result : results) {
            result.formats().forEach(format -> never.putAll(format.columns().neverFilled()));
        }
        for (Lane.Result result : results) {
            result.formats()
                    .forEach(format -> never.keySet().removeAll(format.columns().filled()));
        }
        if (snapshot.documents() > 0 && !never.isEmpty()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "format csv: neither the mapping nor any of the %d documents has the columns %s"
                            .formatted(snapshot.documents(), String.join(", ", never.values())),
                    "check the spelling; to keep an empty column for a field that documents may get, map the field");
        }
    }

    /** What the manifest says of each format, beyond its parts. */
    private static List<Manifest.Format> facts(List<PartFormat> written, List<Lane.Result> results) {
        List<Manifest.Format> facts = new ArrayList<>();
        for (int i = 0; i < written.size(); i++) {
            PartFormat format = written.get(i);
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

    private Part emptyPart(DumpId dump, Path folder, PartFormat format) throws SpillwayException, InterruptedException {
        try (PartSequence parts =
                new PartSequence(folder, dump, 0, "empty", format, limits, new StageClock(), part -> {})) {
            return parts.finishEmpty();
        }
    }

    /** Waits, less than a second, while the present second's name is taken: a dated name is never used twice. */
    private void awaitFreeDate() throws SpillwayException, InterruptedException {
        Instant now = clock.instant();
        while (publisher.isTaken(new DumpId(dataset.name(), now))) {
            Instant next = now.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
            TimeUnit.NANOSECONDS.sleep(Math.max(1, now.until(next, ChronoUnit.NANOS)));
            now = clock.instant();
        }
    }

    private static void remove(Path folder) {
        try {
            Folders.remove(folder);
        } catch (IOException e) {
            LOG.warn("left behind, the next run removes it folder={} cause={}", folder, e.getMessage());
        }
    }
}
