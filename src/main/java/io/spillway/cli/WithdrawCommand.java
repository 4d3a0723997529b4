package io.spillway.cli;

import io.spillway.config.ConfigFile;
import io.spillway.dataset.DumpId;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.pipeline.Workspace;
import io.spillway.publish.Shelf;
import io.spillway.schedule.ScheduleFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code spillway withdraw}: takes a bad dump back, so that nothing points at it and a note says why. */
@Command(
        name = "withdraw",
        mixinStandardHelpOptions = true,
        description = "Takes a dump back: nothing points at it any more, and a note in its place says why.")
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

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why, for everybody to read.")
    private String reason = "";

    @Option(names = "--delete", description = "Delete its files as well.")
    private boolean delete;

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    @SuppressWarnings("try") // the lock is held, not used
    public Integer call() throws SpillwayException, InterruptedException {
        if (reason.isBlank()) {
            throw new ParameterException(spec.commandLine(), "--reason must say something");
        }
        ScheduleFile schedule = ConfigFile.read(file, ScheduleFile.class);
        DumpId id = id(schedule.dataset());
        PrintWriter out = spec.commandLine().getOut();
        try (Places places = Places.open(schedule);
                Workspace.Lock lock = places.workspace().lock(schedule.dataset())) {
            // Where it was written last of all, so that nothing is sent out from there again.
            List<Shelf> shelves = Stream.concat(
                            places.shelves().stream().filter(place -> place != places.home()), Stream.of(places.home()))
                    .map(place -> PruneCommand.shelf(place, schedule))
                    .toList();
            List<String> withdrawn = withdraw(shelves, id, reason, delete, () -> {
                new Statuses(places, schedule.dataset()).takenBack();
                Sites.publish(places, Set.of(), schedule);
            });
            if (withdrawn.isEmpty()) {
                throw new SpillwayException(
                        Fault.DESTINATION_REFUSED,
                        "there is no dump %s in %s"
                                .formatted(
                                        id, shelves.stream().map(Shelf::place).collect(Collectors.joining(", "))),
                        "spillway list names the dumps that there are");
            }
            withdrawn.forEach(place -> report(place, id, out));
        }
        out.flush();
        return 0;
    }

    /** What points at dumps moves. */
    @FunctionalInterface
    interface Move {
        /** Moves all of it, at every place. */
        void pointers() throws SpillwayException, InterruptedException;
    }

    /**
     * Takes a dump back at all places together: first every place says so, then what points at it moves, and only then it
     * goes. Who reads in between finds it whole, or does not find it. Broken off, it is completed by calling it again.
     *
     * @return the names of the places that had it, or have the notice that they had
     */
    static List<String> withdraw(List<Shelf> shelves, DumpId id, String reason, boolean delete, Move move)
            throws SpillwayException, InterruptedException {
        boolean found = false;
        for (Shelf shelf : shelves) {
            found |= shelf.announce(id, reason);
        }
        List<String> withdrawn = new ArrayList<>();
        if (found) {
            move.pointers();
            for (Shelf shelf : shelves) {
                if (shelf.withdraw(id, delete)) {
                    withdrawn.add(shelf.place());
                }
            }
        }
        return withdrawn;
    }

    private DumpId id(String dataset) {
        String stamp = dump.startsWith(dataset + "/") ? dump.substring(dataset.length() + 1) : dump;
        return DumpId.of(dataset, stamp)
                .orElseThrow(() ->
                        new ParameterException(spec.commandLine(), "\"%s\" is no dump of %s".formatted(dump, dataset)));
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
