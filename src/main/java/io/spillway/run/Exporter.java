package io.spillway.run;

import io.spillway.deliver.DeliveryOutcome;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.RequestPreview;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.Where;
import io.spillway.manifest.Manifest;
import io.spillway.progress.Progress;
import io.spillway.publish.Cadence;
import io.spillway.publish.Disclosure;
import io.spillway.publish.Gate;
import io.spillway.publish.Publisher;
import io.spillway.schedule.GateSection;
import io.spillway.schedule.ScheduleFile;
import io.spillway.schedule.TimesSection;
import io.spillway.source.DocumentSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exports one dataset as its schedule describes it: opens the source and the destinations, runs the {@link ExportRun},
 * updates the status and the links, and prunes. The command line, the daemon and the demo export through this class. Holds
 * no state between calls; safe for use by several threads, for one dataset by one at a time.
 */
public final class Exporter implements Exports {
    private static final Logger LOG = LoggerFactory.getLogger(Exporter.class);

    private final ExportListener listener;
    private final SliceRunner slices;

    /** An exporter that reports to this listener. */
    public Exporter(ExportListener listener) {
        this(listener, SliceRunner.inLanes());
    }

    /** An exporter whose slices are run by {@code slices}. */
    public Exporter(ExportListener listener, SliceRunner slices) {
        this.listener = listener;
        this.slices = slices;
    }

    /** Opens a source, which the caller closes. */
    @FunctionalInterface
    interface SourceOpener {
        /** Opens it. */
        DocumentSource open() throws SpillwayException;
    }

    /**
     * Makes one dump and delivers it. The status file records the outcome in every case. The listener is told of a public
     * dump before anything that can still fail.
     *
     * @return the dump and where it is public; {@link ExportReport#delivery} has what is missing
     * @throws SpillwayException    no dump was made
     * @throws InterruptedException no dump was made; an interrupt that comes later stays pending, and what it cancelled is
     *                              missing in the report
     */
    public ExportReport export(ScheduleFile schedule, GateOverrides overrides)
            throws SpillwayException, InterruptedException {
        slices.requireSupported(schedule);
        try (Destinations places = Destinations.open(schedule)) {
            try {
                PublicProbe.tryNew(schedule, places);
            } catch (SpillwayException e) {
                // Nothing else is written: it would contain the address.
                new Statuses(places, schedule.dataset()).failed(e);
                throw e;
            }
            return export(schedule, overrides, places, () -> Sources.open(schedule, slices.usefulSlices()));
        }
    }

    /** Like {@link #export(ScheduleFile, GateOverrides)}, with open destinations. */
    ExportReport export(ScheduleFile schedule, GateOverrides overrides, Destinations places, SourceOpener sources)
            throws SpillwayException, InterruptedException {
        Statuses statuses = new Statuses(places, schedule.dataset());
        Optional<SpillwayException> open = Upkeep.settle(places, schedule);
        ExportReport report;
        try {
            Sites.requireOwn(places, schedule);
            report = run(schedule, overrides, places, sources);
        } catch (SpillwayException | InterruptedException | RuntimeException | Error e) {
            statuses.failed(e);
            if (!(e instanceof SpillwayException failure && failure.fault() == Fault.ALREADY_RUNNING)) {
                Sites.updateStatus(places, schedule);
            }
            throw e;
        }
        if (report.isNothingNew()) {
            statuses.delivered(report.delivery());
            listener.nothingNew(report);
        } else {
            statuses.exported(report);
            listener.exported(report);
        }
        return report.with(Upkeep.after(places, schedule, statuses, report.delivery(), open));
    }

    @SuppressWarnings("try") // the watch shows progress until it is closed
    private ExportReport run(ScheduleFile schedule, GateOverrides overrides, Destinations places, SourceOpener sources)
            throws SpillwayException, InterruptedException {
        Progress progress = new Progress();
        try (DocumentSource source = sources.open();
                ExportListener.Watch watch = listener.reading(schedule.dataset(), progress)) {
            return newRun(schedule, overrides, source, places, progress).run();
        }
    }

    /**
     * Sends the dumps that a destination lacks since an earlier export, updates the status, and prunes. Exports nothing.
     *
     * @param always whether links are updated although no dump was missing and the status reports nothing to do
     * @return where the newest dump is, and where it is missing
     * @throws SpillwayException the destinations could not be opened, or home could not be read
     */
    public DeliveryOutcome resume(ScheduleFile schedule, GateOverrides overrides, boolean always)
            throws SpillwayException, InterruptedException {
        try (Destinations places = Destinations.open(schedule);
                DocumentSource source = Sources.open(schedule)) {
            return resume(schedule, overrides, always, places, source);
        }
    }

    /** Like {@link #resume(ScheduleFile, GateOverrides, boolean)}, with open destinations and an open source. */
    DeliveryOutcome resume(
            ScheduleFile schedule, GateOverrides overrides, boolean always, Destinations places, DocumentSource source)
            throws SpillwayException, InterruptedException {
        Optional<SpillwayException> open = Upkeep.settle(places, schedule);
        DeliveryOutcome delivery =
                newRun(schedule, overrides, source, places, new Progress()).resume();
        Statuses statuses = new Statuses(places, schedule.dataset());
        if (delivery.newest() != null || statuses.isPartial()) {
            statuses.delivered(delivery);
        } else if (!always && open.isEmpty()) {
            return delivery;
        }
        return Upkeep.after(places, schedule, statuses, delivery, open);
    }

    /**
     * The requests that would send the newest dump to the Internet Archive, without the keys. Sends nothing.
     *
     * @return one line per request; empty if no archive is among the destinations
     * @throws SpillwayException there is no dump yet
     */
    public List<String> archiveRequests(ScheduleFile schedule) throws SpillwayException {
        List<String> requests = new ArrayList<>();
        try (Destinations places = Destinations.open(schedule)) {
            Manifest newest = new Publisher(places.home(), Version.current())
                    .previous(schedule.dataset())
                    .orElseThrow(() -> new SpillwayException(
                            Fault.CONFIG,
                            "%s has no dump of %s yet".formatted(places.home().name(), schedule.dataset()),
                            "run an export first"));
            ObjectKey key = ObjectKey.of(newest.id());
            for (Destination place : places.all()) {
                Optional<RequestPreview> preview = place.capability(RequestPreview.class);
                if (preview.isPresent()) {
                    requests.addAll(preview.get().dryRun(places.work().folder(key), key, Manifest.FILE_NAME));
                }
            }
        }
        return requests;
    }

    @Override
    public ExportReport run(ScheduleFile schedule) throws SpillwayException, InterruptedException {
        return export(schedule, GateOverrides.NONE);
    }

    @Override
    public DeliveryOutcome resume(ScheduleFile schedule) throws SpillwayException, InterruptedException {
        return resume(schedule, GateOverrides.NONE, true);
    }

    @Override
    public Path home(ScheduleFile schedule) {
        return Destinations.homePath(schedule);
    }

    @Override
    public void sweep(ScheduleFile schedule) throws SpillwayException {
        if (schedule.bucketHome() != null) {
            // The lease of a dead process takes a minute to take over. The next export does so, and removes the same.
            return;
        }
        try (Destinations places = Destinations.open(schedule)) {
            Workspace.Lock lock = places.workspace().lock(schedule.dataset());
            try {
                List<String> unused = places.workspace().sweep(schedule.dataset());
            } finally {
                lock.close();
            }
        }
    }

    private ExportRun newRun(
            ScheduleFile schedule,
            GateOverrides overrides,
            DocumentSource source,
            Destinations places,
            Progress progress) {
        ExportSettings settings = new ExportSettings(
                schedule.toDataset(),
                new Where(schedule.source().where()),
                schedule.fields().toPolicy(),
                disclosure(schedule),
                (found, previous) -> {
                    DumpFormats.idsRevealDates(schedule, found).ifPresent(LOG::warn);
                    return DumpFormats.of(schedule, found, previous);
                },
                ScheduledSlices.limits(schedule),
                overrides.empty() || schedule.gate().empty() == GateSection.WhenEmpty.PUBLISH,
                changes(schedule, places));
        Publisher publisher = new Publisher(
                places.home(),
                Version.current(),
                gate(schedule.gate(), overrides),
                places.all(),
                cadence(schedule),
                places.memory());
        return new ExportRun(
                settings,
                source,
                places.workspace(),
                publisher,
                places.deliveries(overrides.anyway()),
                progress,
                slices);
    }

    private static @Nullable DumpChanges changes(ScheduleFile schedule, Destinations places) {
        return schedule.changes() == null
                ? null
                : new DumpChanges(
                        found -> ChangePlan.of(schedule, found),
                        places.work(),
                        places.memory(),
                        Configuration.digest(schedule));
    }

    /** The daemon's times. An export by hand in between does not move them. */
    static Cadence cadence(ScheduleFile schedule) {
        TimesSection times = schedule.schedule();
        return times == null ? Cadence.NONE : takenAt -> times.cron().next(takenAt, times.timeZone());
    }

    private static Disclosure disclosure(ScheduleFile schedule) {
        return new Disclosure(
                schedule.fields().descriptions(),
                schedule.fields().examples(),
                schedule.source().publishQuery() ? schedule.source().query() : null,
                schedule.source().publishQuery() && !schedule.source().where().isEmpty()
                        ? schedule.source().where()
                        : null,
                schedule.source().publishIndex());
    }

    private static Gate gate(GateSection section, GateOverrides overrides) {
        Set<Gate.Refusal> accepted = EnumSet.noneOf(Gate.Refusal.class);
        if (overrides.shrink()) {
            accepted.add(Gate.Refusal.SHRINK);
        }
        if (overrides.schema()) {
            accepted.add(Gate.Refusal.SCHEMA);
        }
        return new Gate(
                new Gate.Rules(section.shrink(), section.schema() == GateSection.WhenFieldsMove.STOP, accepted));
    }
}
