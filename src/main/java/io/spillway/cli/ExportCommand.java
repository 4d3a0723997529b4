package io.spillway.cli;

import io.spillway.daemon.MetricsFile;
import io.spillway.dataset.DumpId;
import io.spillway.deliver.DeliveryOutcome;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.run.ExportListener;
import io.spillway.run.ExportReport;
import io.spillway.run.Exporter;
import io.spillway.run.GateOverrides;
import io.spillway.run.SliceRunner;
import io.spillway.schedule.ScheduleFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
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

/** {@code spillway export}: exports one dump now. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Exports one dataset now and publishes the dump if it is complete.")
final class ExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ScheduleArguments arguments = new ScheduleArguments();

    @Option(names = "--allow-empty", description = "For this run, publish a dump even if it has no documents.")
    private boolean allowEmpty;

    @Option(
            names = "--accept-shrink",
            description = "For this run, publish a dump that shrank by more than gate.shrink allows.")
    private boolean acceptShrink;

    @Option(
            names = "--accept-schema",
            description = "For this run, publish a dump that lost fields or changed their types.")
    private boolean acceptSchema;

    @Option(names = "--resume", description = "Export nothing; send dumps of earlier runs that a destination lacks.")
    private boolean resume;

    @Option(
            names = "--deliver-anyway",
            paramLabel = "DUMP",
            description = "Send this waiting dump although it was made under another configuration. Repeatable.")
    private List<String> deliverAnyway = List.of();

    @Option(
            names = "--dry-run",
            description = "With --resume: print the Internet Archive requests for the newest dump; send nothing.")
    private boolean dryRun;

    @Option(
            names = "--metrics-file",
            paramLabel = "FILE.prom",
            description = "Write metrics for node_exporter's textfile collector; use one file per dataset.")
    private @Nullable Path metricsFile;

    @Mixin
    private OutputOptions output = new OutputOptions();

    private final SliceRunner.@Nullable Factory slices;

    /** The command of a process that runs the slices itself. */
    ExportCommand() {
        this.slices = null;
    }

    /** The command of a process that hosts an engine, which runs the slices. */
    ExportCommand(SliceRunner.Factory slices) {
        this.slices = slices;
    }

    @Override
    public Integer call() throws SpillwayException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        ScheduleArguments.Described described = arguments.described();
        ScheduleFile schedule = described.schedule();
        if (dryRun) {
            if (!resume) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--dry-run requires --resume; use spillway plan to see what an export would do");
            }
            new Exporter(ExportListener.NONE).archiveRequests(schedule).forEach(out::println);
            out.flush();
        } else if (resume) {
            resume(schedule, out);
        } else {
            requireAll(export(described).delivery());
        }
        return 0;
    }

    private void resume(ScheduleFile schedule, PrintWriter out) throws SpillwayException, InterruptedException {
        DeliveryOutcome delivery = new Exporter(ExportListener.NONE).resume(schedule, overrides(schedule), false);
        if (delivery.newest() == null && delivery.everywhere() && !output.json) {
            out.println("nothing to resume: every destination has the newest dump of " + schedule.dataset());
        }
        new ExportView(out, spec.commandLine().getErr(), output.json).show(delivery.deliveries());
        requireAll(delivery);
    }

    private ExportReport export(ScheduleArguments.Described described) throws SpillwayException, InterruptedException {
        ScheduleFile schedule = described.schedule();
        GateOverrides overrides = overrides(schedule);
        Exporter exporter = new Exporter(
                new ExportView(spec.commandLine().getOut(), spec.commandLine().getErr(), output.json),
                slices == null
                        ? SliceRunner.inLanes()
                        : slices.of(described.text(), described.name(), described.schedule()));
        Instant began = Instant.now();
        try {
            ExportReport report = exporter.export(schedule, overrides);
            int exitCode = report.delivery()
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

    private GateOverrides overrides(ScheduleFile schedule) {
        Set<DumpId> anyway = new HashSet<>();
        for (String dump : deliverAnyway) {
            String start = schedule.dataset() + "/";
            String stamp = dump.startsWith(start) ? dump.substring(start.length()) : dump;
            anyway.add(DumpId.of(schedule.dataset(), stamp)
                    .orElseThrow(() -> new ParameterException(
                            spec.commandLine(), "\"%s\" is not a dump of %s".formatted(dump, schedule.dataset()))));
        }
        return new GateOverrides(allowEmpty, acceptShrink, acceptSchema, anyway);
    }

    private void measure(ScheduleFile schedule, Instant began, @Nullable ExportReport report, int exitCode) {
        if (metricsFile != null) {
            new MetricsFile(metricsFile, schedule.dataset()).write(began, Instant.now(), report, exitCode);
        }
    }

    /** Ends the command with what is missing, if anything is. */
    static void requireAll(DeliveryOutcome delivery) throws SpillwayException {
        Optional<SpillwayException> shortfall = delivery.shortfall();
        if (shortfall.isPresent()) {
            throw shortfall.get();
        }
    }
}
