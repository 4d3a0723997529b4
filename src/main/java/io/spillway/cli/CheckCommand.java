package io.spillway.cli;

import io.spillway.config.ConfigFile;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.run.ScheduleCheck;
import io.spillway.schedule.ScheduleFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code spillway check}: reports everything that would make an export fail, for all files at once, each problem with
 * its file and line. Reads only a small sample of documents. Writes only probe objects to buckets and to directories
 * with a public URL, and removes them.
 */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Checks schedule files: keys, connections, permissions, fields. Reports all problems at once.")
final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "1..*", paramLabel = "SCHEDULE.yaml", description = "Schedule files to check.")
    private List<Path> files = List.of();

    @Mixin
    private OutputOptions output = new OutputOptions();

    private final Map<String, Path> datasets = new LinkedHashMap<>();
    private final Map<Path, String> servers = new HashMap<>();
    private final List<Problem> problems = new ArrayList<>();

    /**
     * A problem, with its line in the file if it has one.
     *
     * @param where {@code FILE:LINE: /key: }, or empty if {@code what} starts with it
     */
    private record Problem(
            Fault fault,
            Path file,
            String where,
            String what,
            @Nullable String hint) {}

    @Override
    public Integer call() throws SpillwayException {
        for (Path file : files) {
            int before = problems.size();
            check(file);
            if (!output.json && problems.size() == before) {
                String server = servers.get(file);
                spec.commandLine().getOut().println(file + ": ok" + (server == null ? "" : ", reads " + server));
            }
        }
        problems.forEach(this::print);
        spec.commandLine().getOut().flush();
        spec.commandLine().getErr().flush();
        return problems.isEmpty() ? 0 : problems.get(0).fault().exitCode();
    }

    private void check(Path file) throws SpillwayException {
        ScheduleFile schedule;
        try {
            schedule = ConfigFile.read(file, ScheduleFile.class);
        } catch (SpillwayException e) {
            String message = String.valueOf(e.getMessage());
            List<String> lines =
                    message.lines().filter(line -> line.startsWith(file + ":")).toList();
            (lines.isEmpty() ? List.of(message) : lines)
                    .forEach(line -> problems.add(new Problem(e.fault(), file, "", line, null)));
            return;
        }
        Path other = datasets.putIfAbsent(schedule.dataset(), file);
        if (other != null) {
            add(
                    file,
                    "/dataset",
                    Fault.CONFIG,
                    "\"%s\" is already used in %s".formatted(schedule.dataset(), other),
                    null);
        }
        ScheduleCheck.Result found = ScheduleCheck.of(schedule);
        if (found.server() != null) {
            servers.put(file, found.server());
        }
        for (ScheduleCheck.Problem each : found.problems()) {
            add(file, each.pointer(), each.fault(), each.what(), each.hint());
        }
        for (ScheduleCheck.Note note : found.notes()) {
            spec.commandLine()
                    .getErr()
                    .printf(
                            "%s:%d: %s: %s%n",
                            file, ConfigFile.line(file, note.pointer()), note.pointer(), note.what());
        }
    }

    private void add(Path file, String key, Fault fault, String what, @Nullable String hint) throws SpillwayException {
        problems.add(
                new Problem(fault, file, "%s:%d: %s: ".formatted(file, ConfigFile.line(file, key), key), what, hint));
    }

    private void print(Problem problem) {
        if (output.json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("type", "problem");
            line.put("fault", problem.fault().name());
            line.put("exit_code", problem.fault().exitCode());
            line.put("file", problem.file().toString());
            line.put("message", problem.where() + problem.what());
            line.put("hint", problem.hint());
            spec.commandLine().getOut().println(JsonText.line(line));
        }
        spec.commandLine()
                .getErr()
                .println(problem.where() + problem.what() + (problem.hint() == null ? "" : "; " + problem.hint()));
    }
}
