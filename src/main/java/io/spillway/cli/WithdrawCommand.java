package io.spillway.cli;

import io.spillway.config.ConfigFile;
import io.spillway.dataset.DumpId;
import io.spillway.fault.SpillwayException;
import io.spillway.run.Upkeep;
import io.spillway.schedule.ScheduleFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code spillway withdraw}: removes a bad dump from everything that readers use; a notice gives the reason. */
@Command(
        name = "withdraw",
        mixinStandardHelpOptions = true,
        description = "Withdraws a dump: removes all links to it and leaves a notice with the reason in its place.")
final class WithdrawCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "SCHEDULE.yaml", description = "The dataset's schedule file.")
    private Path file = Path.of(".");

    @Parameters(
            index = "1",
            paramLabel = "DUMP",
            description = "The dump, such as journals/2026-11-21T030000Z or 2026-11-21T030000Z.")
    private String dump = "";

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Reason, which is published.")
    private String reason = "";

    @Option(names = "--delete", description = "Delete its files as well.")
    private boolean delete;

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws SpillwayException, InterruptedException {
        if (reason.isBlank()) {
            throw new ParameterException(spec.commandLine(), "--reason must not be empty");
        }
        ScheduleFile schedule = ConfigFile.read(file, ScheduleFile.class);
        DumpId id = id(schedule.dataset());
        PrintWriter out = spec.commandLine().getOut();
        Upkeep.Withdrawn outcome = Upkeep.withdraw(schedule, id, reason, delete);
        outcome.destinations().forEach(place -> report(place, id, out));
        out.flush();
        Optional<SpillwayException> shortfall = outcome.shortfall();
        if (shortfall.isPresent()) {
            throw shortfall.get();
        }
        return 0;
    }

    private DumpId id(String dataset) {
        String stamp = dump.startsWith(dataset + "/") ? dump.substring(dataset.length() + 1) : dump;
        return DumpId.of(dataset, stamp)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "\"%s\" is not a dump of %s".formatted(dump, dataset)));
    }

    private void report(String place, DumpId id, PrintWriter out) {
        if (output.json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("type", "withdrawn");
            line.put("dump", id.toString());
            line.put("destination", place);
            line.put("deleted", delete);
            out.println(JsonText.line(line));
        } else {
            out.printf("withdrew %s from %s%s%n", id, place, delete ? ", files deleted" : "");
        }
    }
}
