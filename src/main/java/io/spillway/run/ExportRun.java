package io.spillway.run;

import io.spillway.changes.ChangeMaker;
import io.spillway.changes.ChangeSettings;
import io.spillway.dataset.DumpId;
import io.spillway.deliver.Deliveries;
import io.spillway.deliver.Deliveries.Delivery;
import io.spillway.deliver.DeliveryOutcome;
import io.spillway.deliver.EarlyUpload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.files.Folders;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.pipeline.ChangeRoom;
import io.spillway.pipeline.DiskRoom;
import io.spillway.pipeline.Extraction;
import io.spillway.pipeline.PartStore;
import io.spillway.pipeline.RunStats;
import io.spillway.progress.Progress;
import io.spillway.publish.ChangeSource;
import io.spillway.publish.Draft;
import io.spillway.publish.Publisher;
import io.spillway.source.DocumentSource;
import io.spillway.source.Snapshot;
import io.spillway.source.SourceDescription;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One export of one dataset: {@link #run() lock}, {@link #freeze freeze}, {@link #plan plan}, {@link SliceRunner#run run the
 * slices}, {@link #commit commit} (which {@linkplain Extraction#prove proves} and {@linkplain #publish publishes}), {@link #deliver
 * deliver}. A plan, its slices and the commit may be in different processes. If {@code run()} returns, a complete dump is public
 * at home. If it throws, nothing was published, and what was written is removed. For one call, on one thread.
 */
public final class ExportRun {
    private static final Logger LOG = LoggerFactory.getLogger(ExportRun.class);

    /** A snapshot that is lost three times in a row has a cause that an operator must look at. */
    private static final int MAX_ATTEMPTS = 3;

    private final ExportSettings settings;
    private final DocumentSource source;
    private final Workspace workspace;
    private final Publisher publisher;
    private final Deliveries deliveries;
    private final Progress progress;
    private final SliceRunner slices;
    private final Clock clock = Clock.systemUTC();

    /** A new export, whose slices run in the lanes of this process. */
    public ExportRun(
            ExportSettings settings,
            DocumentSource source,
            Workspace workspace,
            Publisher publisher,
            Deliveries deliveries,
            Progress progress) {
        this(settings, source, workspace, publisher, deliveries, progress, SliceRunner.inLanes());
    }

    /**
     * A new export.
     *
     * @param settings   what is exported, and how it is written
     * @param source     the documents; the caller closes it
     * @param workspace  holds the dataset's lock and the parts until they are published
     * @param publisher  publishes at home; the caller closes its destinations
     * @param deliveries sends the dump to the other destinations
     * @param progress   is updated while the export runs
     * @param slices     runs the slices
     */
    public ExportRun(
            ExportSettings settings,
            DocumentSource source,
            Workspace workspace,
            Publisher publisher,
            Deliveries deliveries,
            Progress progress,
            SliceRunner slices) {
        this.settings = settings;
        this.source = source;
        this.workspace = workspace;
        this.publisher = publisher;
        this.deliveries = deliveries;
        this.progress = progress;
        this.slices = slices;
    }

    /**
     * Completes the deliveries of earlier runs, exports, publishes and delivers. A delivery that fails, or that an interrupt
     * cancels, is part of the report; the interrupt stays pending. The dump is public where the report says, and the next
     * run tries again.
     *
     * @throws SpillwayException    nothing was published; the fault is the reason
     * @throws InterruptedException the thread was interrupted; nothing was published
     */
    @SuppressWarnings("try") // the lock is held, not used
    public ExportReport run() throws SpillwayException, InterruptedException {
        String dataset = settings.dataset().name();
        try (Workspace.Lock lock = workspace.lock(dataset)) {
            List<String> removed = workspace.sweep(dataset);
            if (!removed.isEmpty()) {
                LOG.info("files of dead runs removed dataset={} names={}", dataset, removed);
            }
            List<Delivery> all = new ArrayList<>(deliveries.resume(dataset));
            deliveries.removeOrphans(dataset);
            if (Thread.interrupted()) {
                throw new InterruptedException("while completing the deliveries of earlier runs");
            }
            ExportReport report = makeDump(lock);
            if (!report.isNothingNew()) {
                all.addAll(deliver(report.manifest(), lock));
            }
            return report.with(deliveries.outcome(report.manifest(), all));
        }
    }

    /**
     * Completes the deliveries of earlier runs and exports nothing. An interrupt is handled as in {@link #run}.
     *
     * @return the outcome; without a dump if every destination already had the newest
     */
    @SuppressWarnings("try") // the lock is held, not used
    public DeliveryOutcome resume() throws SpillwayException {
        String dataset = settings.dataset().name();
        try (Workspace.Lock lock = workspace.lock(dataset)) {
            List<Delivery> done = deliveries.resume(dataset);
            // The newest of several dumps is delivered last.
            Manifest newest = done.isEmpty() ? null : done.get(done.size() - 1).manifest();
            return deliveries.outcome(newest, done);
        }
    }

    /** Starts again on a new snapshot if one is lost. */
    private ExportReport makeDump(Workspace.Lock lock) throws SpillwayException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            awaitFreeDate();
            try (Snapshot snapshot = freeze()) {
                Optional<Manifest> same = publishedBefore(snapshot);
                return same.isPresent()
                        ? new ExportReport(same.get(), null, null, deliveries.outcome(same.get(), List.of()))
                        : makeDump(plan(snapshot), lock);
            } catch (SpillwayException e) {
                requireHeld(lock, e);
                if (e.fault() != Fault.SNAPSHOT_LOST || attempt == MAX_ATTEMPTS) {
                    throw e;
                }
                LOG.warn("retrying with a new snapshot attempt={} cause=\"{}\"", attempt + 1, e.getMessage());
                progress.startAgain();
            }
        }
    }

    /** A process that takes over the lock removes our files; the lost lock is then the cause of the failure. */
    private static void requireHeld(Workspace.Lock lock, SpillwayException failure) throws SpillwayException {
        try {
            lock.requireHeld();
        } catch (SpillwayException e) {
            if (e.fault() == Fault.ALREADY_RUNNING) {
                e.addSuppressed(failure);
                throw e;
            }
            // It is not known whether the lock was lost.
            failure.addSuppressed(e);
        }
    }

    private Snapshot freeze() throws SpillwayException, InterruptedException {
        Snapshot snapshot = source.freeze();
        progress.expect(snapshot.documents());
        return snapshot;
    }

    /**
     * The dump that was made from the same snapshot, which a repository keeps; empty if this snapshot is newer than every dump.
     *
     * @throws SpillwayException {@code CONFIG}: the snapshot is older than the newest dump
     */
    private Optional<Manifest> publishedBefore(Snapshot snapshot) throws SpillwayException {
        SourceDescription.Kept kept = snapshot.description().reading().kept();
        if (kept == null) {
            return Optional.empty();
        }
        DumpId dump = new DumpId(settings.dataset().name(), snapshot.takenAt());
        Optional<Manifest> newest = publisher.previous(dump.dataset());
        if (newest.isPresent() && newest.get().takenAt().equals(snapshot.takenAt())) {
            LOG.info("nothing new: the snapshot was published before snapshot=\"{}\" dump={}", kept.name(), dump);
            return newest;
        } else if (newest.isPresent() && newest.get().takenAt().isAfter(snapshot.takenAt())) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the snapshot \"%s\" of %s is older than the newest dump %s, whose snapshot is of %s"
                            .formatted(
                                    kept.name(),
                                    snapshot.takenAt(),
                                    newest.get().dump(),
                                    newest.get().takenAt()),
                    "name a newer snapshot, or use source.snapshot: latest; dumps are published in the order of their dates");
        } else if (newest.isPresent() && newest.get().dump().equals(dump.toString())) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the snapshot \"%s\" of %s and that of the newest dump %s, of %s, started in the same second"
                            .formatted(
                                    kept.name(),
                                    snapshot.takenAt(),
                                    dump,
                                    newest.get().takenAt()),
                    "take another snapshot: the date of a dump names it, to the second");
        } else if (publisher.isTaken(dump)) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the snapshot \"%s\" of %s would become the dump %s, and files of that name exist"
                            .formatted(kept.name(), snapshot.takenAt(), dump),
                    "a dump that was withdrawn is not published again: take another snapshot");
        }
        return Optional.empty();
    }

    /** Decides how the snapshot is exported, and refuses what could not be published, before anything is read. */
    private ExportPlan plan(Snapshot snapshot) throws SpillwayException {
        DumpId dump = new DumpId(settings.dataset().name(), snapshot.takenAt());
        requireSome(snapshot.documents(), "contains no documents to export");
        SourceDescription found = snapshot.description();
        settings.fields().require(found.fields(), found.name());
        Optional<Manifest> previous = publisher.requireEnough(dump, snapshot.documents());
        boolean changes = settings.changes() != null;
        ExportPlan plan = new ExportPlan(
                snapshot,
                dump,
                settings.formats().of(found, previous.orElse(null)),
                previous.orElse(null),
                changes ? OptionalLong.of(snapshot.documents()) : OptionalLong.empty());
        slices.requireRoom(plan);
        if (previous.isPresent()) {
            long documents = expected(snapshot, previous.get());
            long room = changes
                    ? ChangeRoom.expected(previous.get(), documents, snapshot.lanes())
                            .duringExport()
                    : 0;
            if (workspace.store(dump).isEmpty()) {
                DiskRoom.require(workspace.usableBytes(), previous.get(), documents, plan.formats(), room);
            } else if (!slices.isApart()) {
                // Slices that run apart are written on other disks.
                DiskRoom.requireForParts(
                        workspace.usableBytes(),
                        previous.get(),
                        documents,
                        plan.formats(),
                        settings.limits(),
                        snapshot.lanes());
            }
            requireLater(dump, previous.get());
        }
        return plan;
    }

    private ExportReport makeDump(ExportPlan plan, Workspace.Lock lock) throws SpillwayException, InterruptedException {
        DumpId dump = plan.dump();
        DumpChanges changes = settings.changes();
        ChangeSettings planned =
                changes == null ? null : changes.settings(plan.snapshot().description());
        Path folder = workspace.newFolder(dump);
        Path links = deliveries.sendAhead() ? workspace.newFolder(dump) : folder;
        Path digests = planned == null ? folder : workspace.newFolder(dump);
        Path attempts = slices.isApart() ? workspace.newFolder(dump) : folder;
        try (EarlyUpload early = deliveries.ahead(dump, links);
                PartStore store = workspace.store(dump).orElse(null)) {
            Extraction extraction = new Extraction(settings.slices(dump, plan.formats()), progress);
            extraction.name(workspace.names());
            if (store != null) {
                extraction.sendTo(store);
            }
            ChangeMaker maker = changes == null || planned == null
                    ? null
                    : changes.begin(dump, planned, digests, plan.snapshot().lanes());
            if (maker != null) {
                extraction.recordFor(maker);
            }
            slices.run(plan, extraction, attempts, folder, early::offer);
            ChangeSource since = changes == null || maker == null
                    ? ChangeSource.NONE
                    : (draft, previous, schema) ->
                            changes.make(maker, extraction, plan.formats(), draft, previous, schema);
            ExportReport report = commit(plan, extraction, folder, accepted(since, extraction, store), early, lock);
            if (store != null) {
                store.keep();
            }
            if (changes == null || maker == null) {
                return report;
            }
            changes.keep(maker, dump);
            return report.warning(maker.warning().orElse(null));
        } catch (SpillwayException e) {
            if (Thread.interrupted()) {
                // An interrupt closes channels in the middle of a write; the disk is not at fault.
                throw (InterruptedException) new InterruptedException("while writing " + dump).initCause(e);
            }
            throw e;
        } finally {
            remove(folder);
            remove(links);
            remove(digests);
            remove(attempts);
        }
    }

    /** From the results of all slices to a public dump: proves the counts, closes the snapshot, and publishes. */
    private ExportReport commit(
            ExportPlan plan,
            Extraction extraction,
            Path folder,
            ChangeSource changes,
            EarlyUpload early,
            Workspace.Lock lock)
            throws SpillwayException, InterruptedException {
        Snapshot snapshot = plan.snapshot();
        extraction.prove(snapshot);
        RunStats stats = extraction.stats(slices.lanes(plan), slices.fetched(plan));
        // The cluster need not keep anything for this run from here on.
        snapshot.close();
        Manifest manifest = publish(plan, extraction, stats, folder, changes, lock);
        early.keep();
        String address = deliveries.isSpooled() ? null : publisher.address(plan.dump());
        return new ExportReport(manifest, stats, address, deliveries.outcome(manifest, List.of()));
    }

    /** What follows when the gate has accepted the dump: its parts become final, and its changes are made. */
    private ChangeSource accepted(ChangeSource changes, Extraction extraction, @Nullable PartStore store) {
        return (draft, previous, schema) -> {
            if (store != null) {
                Changes made = changes.of(draft, previous, schema);
                store.commit(extraction.sent());
                return made;
            }
            try {
                slices.commit();
            } catch (InterruptedException e) {
                throw SpillwayException.cancelled("while making the parts of " + draft.dump() + " final", e);
            }
            return changes.of(draft, previous, schema);
        };
    }

    /** The number of documents that will be published, if the same share of them is as before. */
    private long expected(Snapshot snapshot, Manifest previous) {
        Manifest.Where before = previous.source().where();
        long all = previous.documents() + (before == null ? 0 : before.excluded());
        return settings.where().isAll() || all == 0
                ? snapshot.documents()
                : Math.round((double) snapshot.documents() * previous.documents() / all);
    }

    private void requireSome(long documents, String otherwise) throws SpillwayException {
        if (documents == 0 && !settings.allowEmpty()) {
            throw new SpillwayException(
                    Fault.GATE,
                    source.name() + " " + otherwise,
                    "to publish an empty dump, use --allow-empty or gate: {empty: publish}");
        }
    }

    private Manifest publish(
            ExportPlan plan,
            Extraction extraction,
            RunStats stats,
            Path folder,
            ChangeSource changes,
            Workspace.Lock lock)
            throws SpillwayException, InterruptedException {
        Snapshot snapshot = plan.snapshot();
        requireSome(
                extraction.documents(), "contains no documents that source.where selects, of " + snapshot.documents());
        extraction.requireFilledColumns(snapshot);
        extraction.logWithheld();
        SourceDescription found = snapshot.description();
        DumpId dump = plan.dump();
        Draft draft = new Draft(
                settings.dataset(),
                dump,
                snapshot.takenAt(),
                found.withFields(settings.fields().published(found.fields())),
                extraction.documents(),
                settings.where().isAll()
                        ? null
                        : new Manifest.Where(settings.disclosure().where(), extraction.excluded()),
                extraction.parts(),
                extraction.facts(),
                extraction.fields(),
                settings.disclosure(),
                extraction.sample(),
                extraction.repaired(),
                extraction.altered(),
                new String(ManifestJson.write(stats), StandardCharsets.UTF_8),
                folder);
        lock.requireHeld();
        deliveries.making(dump);
        return publisher.publish(draft, settings.fields()::mayName, changes);
    }

    /** The dump is public at home: a lost lock keeps it from being sent, and nothing else. */
    private List<Delivery> deliver(Manifest manifest, Workspace.Lock lock) {
        try {
            lock.requireHeld();
        } catch (SpillwayException e) {
            return deliveries.withhold(manifest, e);
        }
        return deliveries.deliver(manifest);
    }

    /** Dates identify dumps and determine the newest. */
    private static void requireLater(DumpId dump, Manifest previous) throws SpillwayException {
        if (previous.id().compareTo(dump) > 0) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "system clock is behind: this dump would be %s, but %s already exists"
                            .formatted(dump, previous.dump()),
                    "correct this machine's clock; if it was ahead when that dump was made, withdraw that dump with "
                            + " spillway withdraw  and export again");
        }
    }

    /** Waits, less than a second, while the present second's name is taken: a dated name is never used twice. */
    private void awaitFreeDate() throws SpillwayException, InterruptedException {
        Instant now = clock.instant();
        while (publisher.isTaken(new DumpId(settings.dataset().name(), now))) {
            Instant next = now.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
            TimeUnit.NANOSECONDS.sleep(Math.max(1, now.until(next, ChronoUnit.NANOS)));
            now = clock.instant();
        }
    }

    private static void remove(Path folder) {
        try {
            Folders.remove(folder);
        } catch (IOException e) {
            LOG.warn("cannot remove a work folder; the next run removes it folder={} cause={}", folder, e.getMessage());
        }
    }
}
