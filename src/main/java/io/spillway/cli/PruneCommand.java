package io.spillway.cli;

import io.spillway.config.ConfigFile;
import io.spillway.deliver.Pruner;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.progress.Amounts;
import io.spillway.run.Upkeep;
import io.spillway.schedule.ScheduleFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code spillway prune}: removes the dumps that {@code keep} does not retain. */
@Command(
        name = "prune",
        mixinStandardHelpOptions = true,
        description = "Removes dumps that the schedule's keep section does not retain; never the newest.")
final class PruneCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "SCHEDULE.yaml", description = "A dataset's schedule file.")
    private Path file = Path.of(".");

    @Option(names = "--dry-run", description = "Print what would be removed; remove nothing.")
    private boolean dryRun;

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws SpillwayException, InterruptedException {
        ScheduleFile schedule = ConfigFile.read(file, ScheduleFile.class);
        if (schedule.keep() == null) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    file + " has no keep section, so all dumps are kept",
                    "add one, such as  keep: {last: 8, monthly: 24}");
        }
        Upkeep.Pruned pruned = Upkeep.prune(schedule, dryRun);
        report(pruned.removed());
        for (String each : pruned.skipped()) {
            spec.commandLine().getErr().println("warning: neither counted nor removed: " + each);
        }
        spec.commandLine().getErr().flush();
        for (SpillwayException failure : pruned.failures()) {
            throw failure;
        }
        return 0;
    }

    private void report(List<Pruner.Removed> removed) {
        PrintWriter out = spec.commandLine().getOut();
        for (Pruner.Removed each : removed) {
            if (output.json) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("type", "pruned");
                line.put("dump", each.dump());
                line.put("destination", each.destination());
                line.put("bytes", each.bytes());
                line.put("dry_run", dryRun);
                out.println(JsonText.line(line));
            } else {
                out.printf(
                        "%s %s from %s: %d parts, %s%n",
                        dryRun ? "would remove" : "removed",
                        each.dump(),
                        each.destination(),
                        each.parts(),
                        Amounts.bytes(each.bytes()));
            }
        }
        if (removed.isEmpty() && !output.json) {
            out.println("nothing to remove");
        }
        out.flush();
    }
}
