package io.spillway.cli;

import io.spillway.daemon.MetricsFile;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.archive.InternetArchive;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.pipeline.ExportReport;
import io.spillway.pipeline.Workspace;
import io.spillway.progress.Progress;
import io.spillway.publish.Deliveries.Delivery;
import io.spillway.publish.Publisher;
import io.spillway.publish.Reach;
import io.spillway.schedule.ScheduleFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code spillway export}: one dump, now. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Exports one dataset, now, and publishes the dump if it is whole.")
final class ExportCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ExportCommand.class);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ScheduleArguments arguments = new ScheduleArguments();

    @Option(names = "--allow-empty", description = "Publish a dump without documents, for this run.")
    private boolean allowEmpty;

    @Option(
            names = "--accept-shrink",
            description = "Publish a dump that shrank by more than gate.shrink allows, for this run.")
    private boolean acceptShrink;

    @Option(
            names = "--accept-schema",
            description = "Publish a dump whose fields are gone or of another type, for this run.")
    private boolean acceptSchema;

    @Option(
            names = "--resume",
            description = "Export nothing; send dumps that a destination lacks since an earlier run.")
    private boolean resume;

    @Option(
            names = "--dry-run",
            description =
                    "With --resume: print the requests to the Internet Archive for the newest dump, send nothing.")
    private boolean dryRun;

    @Option(
            names = "--metrics-file",
            paramLabel = "FILE.prom",
            description = "Write metrics for node_exporter's textfile collector; a file for each dataset.")
    private @Nullable Path metricsFile;

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws SpillwayException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        ScheduleFile schedule = arguments.schedule();
        if (dryRun) {
            requests(schedule).forEach(out::println);
            out.flush();
            return 0;
        }
        if (resume) {
            Reach reach = resume(schedule, false);
            if (reach.newest() == null && reach.everywhere() && !output.json) {
                out.println("nothing to resume: every destination has the newest dump of " + schedule.dataset());
            }
            report(reach.deliveries(), output.json, out);
            requireAll(reach);
            return 0;
        }
        requireAll(exportMeasured(schedule, out, err).reach());
        return 0;
    }

    private ExportReport exportMeasured(ScheduleFile schedule, PrintWriter out, PrintWriter err)
            throws SpillwayException, InterruptedException {
        Allowances allowed = new Allowances(allowEmpty, acceptShrink, acceptSchema);
        Instant began = Instant.now();
        try {
            ExportReport report = export(schedule, allowed, output.json, out, err);
            int exitCode = report.reach()
                    .shortfall()
                    .map(shortfall -> shortfall.fault().exitCode())
                    .orElse(0);
            measure(schedule, began, report, exitCode);
            return report;
        } catch (SpillwayException e) {
            measure(schedule, began, null, e.fault().exitCode());
            throw e;
        } catch (InterruptedException e) {
            measure(schedule, began, null, Fault.CANCELLED.exitCode());
            throw e;
        }
    }

    private void measure(ScheduleFile schedule, Instant began, @Nullable ExportReport report, int exitCode) {
        if (metricsFile != null) {
            new MetricsFile(metricsFile, schedule.dataset()).write(began, Instant.now(), report, exitCode);
        }
    }

    /** What would be sent to the Internet Archive, without the keys; asks nobody. */
    private List<String> requests(ScheduleFile schedule) throws SpillwayException {
        if (!resume) {
            throw new ParameterException(
                    spec.commandLine(), "--dry-run goes with --resume; spillway plan says what an export would do");
        }
        List<String> requests = new ArrayList<>();
        try (var places = Places.open(schedule)) {
            Manifest newest = new Publisher(places.home(), Version.current())
                    .previous(schedule.dataset())
                    .orElseThrow(() -> new SpillwayException(
                            Fault.CONFIG,
                            "%s has no dump of %s yet".formatted(places.home().name(), schedule.dataset()),
                            "export one first"));
            ObjectKey key = Publisher.key(newest.id());
            for (InternetArchive archive : places.archives()) {
                requests.addAll(archive.dryRun(places.home().folder(key), key, Manifest.FILE_NAME));
            }
        }
        return requests;
    }

    /**
     * Sends what earlier exports have left to be sent, and says so in the status; exports nothing.
     *
     * @param always whether what points at dumps is renewed also where no dump was missing and nothing says that it is old
     * @return how far the dumps have come
     */
    static Reach resume(ScheduleFile schedule, boolean always) throws SpillwayException, InterruptedException {
        try (var places = Places.open(schedule);
                var source = Wiring.source(schedule)) {
            Reach reach = Wiring.export(schedule, Allowances.NONE, source, places, new Progress())
                    .resume();
            var statuses = new Statuses(places, schedule.dataset());
            boolean told = reach.newest() != null || statuses.isPartly();
            if (told) {
                statuses.delivered(reach);
            } else if (!always) {
                return reach;
            }
            return pointed(schedule, places, statuses, reach, false);
        }
    }

    /**
     * The one way to export, for this command, the daemon and {@code demo}: whatever comes of it, the status says so. A dump
     * that is public is reported before anything that can still fail behind it.
     *
     * @return what was made; {@link Reach} says whether it is everywhere
     * @throws SpillwayException    no dump was made
     * @throws InterruptedException the same; an interrupt that comes later stays pending, and what it has cut off is missing
     *                              in the reach
     */
    static ExportReport export(
            ScheduleFile schedule, Allowances allowed, boolean json, PrintWriter out, PrintWriter err)
            throws SpillwayException, InterruptedException {
        try (var places = Places.open(schedule)) {
            var statuses = new Statuses(places, schedule.dataset());
            ExportReport report;
            try {
                PublicProbe.tryNew(schedule, places);
            } catch (SpillwayException e) {
                // Nothing else is written: it would name the address.
                statuses.failed(e);
                throw e;
            }
            try {
                report = export(schedule, allowed, places, json, out, err);
            } catch (SpillwayException | InterruptedException | RuntimeException | Error e) {
                statuses.failed(e);
                Sites.sayStatus(places, schedule);
                throw e;
            }
            statuses.exported(report);
            report(report, json, out, err);
            return report.with(pointed(schedule, places, statuses, report.reach(), true));
        }
    }

    /** Renews what points at dumps; that this failed, or was cancelled, is in the answer. */
    private static Reach pointed(ScheduleFile schedule, Places places, Statuses statuses, Reach reach, boolean prunes) {
        SpillwayException failure;
        try {
            Set<Destination> missed = reach.lacking().keySet();
            Sites.publish(places, missed, schedule);
            if (prunes && prune(schedule, places)) {
                Sites.publish(places, missed, schedule);
            }
            return reach;
        } catch (SpillwayException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = new SpillwayException(
                    Fault.CANCELLED,
                    "cancelled while what points at dumps of %s was renewed".formatted(schedule.dataset()),
                    null,
                    e);
        }
        statuses.notPointedAt(failure);
        return reach.withPointers(failure);
    }

    /** Ends with what is missing, where anything is. */
    static void requireAll(Reach reach) throws SpillwayException {
        Optional<SpillwayException> shortfall = reach.shortfall();
        if (shortfall.isPresent()) {
            throw shortfall.get();
        }
    }

    /**
     * After everything else, and nothing that a dump fails for: what could not be removed goes the next time.
     *
     * @return whether anything was removed
     */
    @SuppressWarnings("try") // the lock is held, not used
    private static boolean prune(ScheduleFile schedule, Places places) {
        if (schedule.keep() == null) {
            return false;
        }
        boolean removed = false;
        for (Destination place : places.shelves()) {
            try (Workspace.Lock lock = places.workspace().lock(schedule.dataset())) {
                removed |= !PruneCommand.shelf(place, schedule)
                        .prune(schedule.keep().toRetention(), false)
                        .isEmpty();
            } catch (SpillwayException e) {
                LOG.warn("old dumps stay for now destination={} cause=\"{}\"", place.name(), e.getMessage());
            }
        }
        return removed;
    }

    @SuppressWarnings("try") // the reporter shows progress until it is closed
    private static ExportReport export(
            ScheduleFile schedule, Allowances allowed, Places places, boolean json, PrintWriter out, PrintWriter err)
            throws SpillwayException, InterruptedException {
        Progress progress = new Progress();
        try (var source = Wiring.source(schedule);
                var reporter = ProgressReporter.start(schedule.dataset(), progress, out, err, json)) {
            return Wiring.export(schedule, allowed, source, places, progress).run();
        }
    }

    private static void report(List<Delivery> deliveries, boolean json, PrintWriter out) {
        for (Delivery delivery : deliveries) {
            if (json) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("type", "delivery");
                line.put("dump", delivery.dump());
                line.put("destination", delivery.destination());
                line.put("arrived", delivery.arrived());
                line.put(
                        "reason",
                        delivery.failure() == null ? null : delivery.failure().getMessage());
                out.println(JsonText.line(line));
            } else if (delivery.arrived()) {
                out.printf("delivered %s to %s%n", delivery.dump(), delivery.destination());
            }
        }
        out.flush();
    }

    /** Says what was published and where the time went. */
    private static void report(ExportReport report, boolean json, PrintWriter out, PrintWriter err) {
        err.print(report.stats().table());
        err.flush();
        if (json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("type", "export");
            line.put("dump", report.manifest().dump());
            line.put("address", report.address());
            line.put("documents", report.manifest().documents());
            line.put("bytes", report.manifest().bytes());
            line.put("parts", report.manifest().parts().size());
            line.put("public_at", report.reach().publicAt());
            line.put("run", report.stats());
            out.println(JsonText.line(line));
        } else {
            out.printf(
                    "%s %s: %s documents, %s in %d files%s%n",
                    report.address() == null ? "exported" : "published",
                    report.manifest().dump(),
                    Amounts.count(report.manifest().documents()),
                    Amounts.bytes(report.manifest().bytes()),
                    report.manifest().parts().size(),
                    report.address() == null ? "" : ", in " + report.address());
        }
        report(report.deliveries(), json, out);
    }
}
