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
import io.spillway.schedule.ScheduleFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
            List<Delivery> deliveries = resume(schedule);
            if (deliveries.isEmpty() && !output.json) {
                out.println("nothing to resume: every destination has the newest dump of " + schedule.dataset());
            }
            report(deliveries, output.json, out);
            requireAll(deliveries, true);
            return 0;
        }
        Allowances allowed = new Allowances(allowEmpty, acceptShrink, acceptSchema);
        Instant began = Instant.now();
        try {
            ExportReport report = export(schedule, allowed, output.json, out, err);
            measure(schedule, began, report, 0);
            return 0;
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

    private static List<Delivery> resume(ScheduleFile schedule) throws SpillwayException, InterruptedException {
        try (var places = Places.open(schedule);
                var source = Wiring.source(schedule)) {
            List<Delivery> deliveries = Wiring.export(schedule, Allowances.NONE, source, places, new Progress())
                    .resume();
            if (!deliveries.isEmpty()) {
                new Statuses(places, schedule.dataset()).delivered(deliveries);
                Sites.publish(places, missed(deliveries), schedule.dataset());
            }
            return deliveries;
        }
    }

    /**
     * The one way to export, for this command and for {@code demo}: whatever comes of it, the status says so. A dump that
     * is public is reported before anything that can still fail behind it.
     *
     * @throws SpillwayException nothing was published, or a destination did not get the dump, or its links could not be
     *                           written there; the message says which
     */
    static ExportReport export(
            ScheduleFile schedule, Allowances allowed, boolean json, PrintWriter out, PrintWriter err)
            throws SpillwayException, InterruptedException {
        try (var places = Places.open(schedule)) {
            var statuses = new Statuses(places, schedule.dataset());
            ExportReport report;
            try {
                report = export(schedule, allowed, places, json, out, err);
            } catch (SpillwayException | InterruptedException | RuntimeException | Error e) {
                statuses.failed(e);
                Sites.sayStatus(places);
                throw e;
            }
            statuses.exported(report);
            report(report, json, out, err);
            SpillwayException linksFailed = null;
            try {
                Sites.publish(places, missed(report.deliveries()), schedule.dataset());
                if (prune(schedule, places)) {
                    Sites.publish(places, missed(report.deliveries()), schedule.dataset());
                }
            } catch (SpillwayException e) {
                linksFailed = e;
            }
            requireAll(report.deliveries(), report.address() != null);
            if (linksFailed != null) {
                throw linksFailed;
            }
            return report;
        }
    }

    /** The places that lack a dump: what links to it must not stand there. */
    private static Set<Destination> missed(List<Delivery> deliveries) {
        return deliveries.stream()
                .filter(delivery -> !delivery.arrived())
                .map(Delivery::place)
                .collect(Collectors.toSet());
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

    /**
     * Ends with the fault of the first destination that did not get a dump, or as cancelled, and names all of them.
     *
     * @param elsewhere whether the dump is public in a place that had not to be delivered to
     */
    private static void requireAll(List<Delivery> deliveries, boolean elsewhere) throws SpillwayException {
        List<String> messages = new ArrayList<>();
        List<String> hints = new ArrayList<>();
        SpillwayException cause = null;
        boolean somewhere = elsewhere;
        for (Delivery delivery : deliveries) {
            SpillwayException failure = delivery.failure();
            if (failure == null) {
                somewhere = true;
                continue;
            }
            cause = cause == null || failure.fault() == Fault.CANCELLED ? failure : cause;
            messages.add("%s did not get dump %s: %s"
                    .formatted(delivery.destination(), delivery.dump(), failure.getMessage()));
            if (failure.hint() != null && failure.fault() != Fault.CANCELLED) {
                hints.add(failure.hint());
            }
        }
        if (cause != null) {
            hints.add("send what is missing with  spillway export --resume  and the same schedule"
                    + (somewhere ? "; the other destinations have the dump" : ""));
            throw new SpillwayException(
                    cause.fault(),
                    String.join("; ", messages),
                    hints.stream().distinct().collect(Collectors.joining("; ")),
                    cause);
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
