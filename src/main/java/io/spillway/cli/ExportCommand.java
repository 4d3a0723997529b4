package io.spillway.cli;

import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.SpillwayException;
import io.spillway.pipeline.ExportReport;
import io.spillway.progress.Progress;
import io.spillway.publish.StatusFile;
import io.spillway.schedule.ScheduleFile;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws SpillwayException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Allowances allowed = new Allowances(allowEmpty, acceptShrink, acceptSchema);
        report(export(arguments.schedule(), allowed, output.json, out, err), output.json, out, err);
        return 0;
    }

    /** The one way to export, for this command and for {@code demo}: whatever comes of it, the status says so. */
    static ExportReport export(
            ScheduleFile schedule, Allowances allowed, boolean json, PrintWriter out, PrintWriter err)
            throws SpillwayException, InterruptedException {
        try (var directory = Wiring.directory(schedule)) {
            StatusFile status = new StatusFile(directory, schedule.dataset(), Clock.systemUTC());
            try {
                ExportReport report = export(schedule, allowed, directory, json, out, err);
                status.published(report.manifest());
                return report;
            } catch (SpillwayException | InterruptedException | RuntimeException | Error e) {
                status.failed(e);
                throw e;
            }
        }
    }

    @SuppressWarnings("try") // the reporter shows progress until it is closed
    private static ExportReport export(
            ScheduleFile schedule,
            Allowances allowed,
            LocalDirectory directory,
            boolean json,
            PrintWriter out,
            PrintWriter err)
            throws SpillwayException, InterruptedException {
        Progress progress = new Progress();
        try (var source = Wiring.source(schedule);
                var reporter = ProgressReporter.start(schedule.dataset(), progress, out, err, json)) {
            return Wiring.export(schedule, allowed, source, directory, progress).run();
        }
    }

    /** Says what was published and where the time went. */
    static void report(ExportReport report, boolean json, PrintWriter out, PrintWriter err) {
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
                    "published %s: %s documents, %s in %d files, in %s%n",
                    report.manifest().dump(),
                    Amounts.count(report.manifest().documents()),
                    Amounts.bytes(report.manifest().bytes()),
                    report.manifest().parts().size(),
                    report.address());
        }
        out.flush();
    }
}
