package io.spillway.cli;

import io.spillway.daemon.MetricsFile;
import io.spillway.dataset.DumpId;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.archive.InternetArchive;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.pipeline.ExportReport;
import io.spillway.progress.Progress;
import io.spillway.publish.Deliveries.Delivery;
import io.spillway.publish.Publisher;
import io.spillway.publish.Reach;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.DocumentSource;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
            names = "--deliver-anyway",
            paramLabel = "DUMP",
            description = "Send this dump, which waits, though it was made under another configuration. Repeatable.")
    private List<String> deliverAnyway = List.of();

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
            Reach reach = resume(schedule, allowances(schedule), false);
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
        Allowances allowed = allowances(schedule);
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

    private Allowances allowances(ScheduleFile schedule) {
        Set<DumpId> anyway = new HashSet<>();
        for (String dump : deliverAnyway) {
            String start = schedule.dataset() + "/";
            String stamp = dump.startsWith(start) ? dump.substring(start.length()) : dump;
            anyway.add(DumpId.of(schedule.dataset(), stamp)
                    .orElseThrow(() -> new ParameterException(
                            spec.commandLine(), "\"%s\" is no dump of %s".formatted(dump, schedule.dataset()))));
        }
        return new Allowances(allowEmpty, acceptShrink, acceptSchema, anyway);
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
     * Sends what earlier exports left to be sent, updates the status, and prunes; exports nothing.
     *
     * @param always whether what points at dumps is renewed also where no dump was missing and nothing says that it is old
     * @return how far the dumps have come
     */
    static Reach resume(ScheduleFile schedule, Allowances allowed, boolean always)
            throws SpillwayException, InterruptedException {
        try (var places = Places.open(schedule);
                var source = Wiring.source(schedule)) {
            return resume(schedule, allowed, always, places, source);
        }
    }

    /** The same with places and a source that are open. */
    static Reach resume(ScheduleFile schedule, Allowances allowed, boolean always, Places places, DocumentSource source)
            throws SpillwayException, InterruptedException {
        Optional<SpillwayException> open = Upkeep.settle(places, schedule);
        Reach reach =
                Wiring.export(schedule, allowed, source, places, new Progress()).resume();
        var statuses = new Statuses(places, schedule.dataset());
        boolean told = reach.newest() != null || statuses.isPartly();
        if (told) {
            statuses.delivered(reach);
        } else if (!always && open.isEmpty()) {
            return reach;
        }
        return Upkeep.after(places, schedule, statuses, reach, open);
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
            try {
                PublicProbe.tryNew(schedule, places);
            } catch (SpillwayException e) {
                // Nothing else is written: it would name the address.
                new Statuses(places, schedule.dataset()).failed(e);
                throw e;
            }
            return export(schedule, allowed, places, () -> Wiring.source(schedule), json, out, err);
        }
    }

    /** Opens a source, which the caller closes. */
    @FunctionalInterface
    interface Sources {
        /** Opens it. */
        DocumentSource open() throws SpillwayException;
    }

    /** The same with places that are open. */
    static ExportReport export(
            ScheduleFile schedule,
            Allowances allowed,
            Places places,
            Sources sources,
            boolean json,
            PrintWriter out,
            PrintWriter err)
            throws SpillwayException, InterruptedException {
        var statuses = new Statuses(places, schedule.dataset());
        Optional<SpillwayException> open = Upkeep.settle(places, schedule);
        ExportReport report;
        try {
            report = run(schedule, allowed, places, sources, json, out, err);
        } catch (SpillwayException | InterruptedException | RuntimeException | Error e) {
            statuses.failed(e);
            Sites.sayStatus(places, schedule);
            throw e;
        }
        statuses.exported(report);
        report(report, json, out, err);
        return report.with(Upkeep.after(places, schedule, statuses, report.reach(), open));
    }

    /** Ends with what is missing, where anything is. */
    static void requireAll(Reach reach) throws SpillwayException {
        Optional<SpillwayException> shortfall = reach.shortfall();
        if (shortfall.isPresent()) {
            throw shortfall.get();
        }
    }

    @SuppressWarnings("try") // the reporter shows progress until it is closed
    private static ExportReport run(
            ScheduleFile schedule,
            Allowances allowed,
            Places places,
            Sources sources,
            boolean json,
            PrintWriter out,
            PrintWriter err)
            throws SpillwayException, InterruptedException {
        Progress progress = new Progress();
        try (var source = sources.open();
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
