package io.spillway.cli;

import io.spillway.catalog.Catalog;
import io.spillway.catalog.DatasetStatus;
import io.spillway.catalog.SiteStatus;
import io.spillway.deliver.Deliveries;
import io.spillway.destination.Destination;
import io.spillway.fault.Examples;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Withdrawal;
import io.spillway.progress.Amounts;
import io.spillway.run.Destinations;
import io.spillway.run.Sources;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.DocumentSource;
import io.spillway.source.SourceSurvey.KeptSnapshot;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code spillway list}: lists what is published at each destination. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Lists the datasets at each destination: newest dump, size, outcome of the last attempt.")
final class ListCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private PlaceArguments places = new PlaceArguments();

    @Mixin
    private OutputOptions output = new OutputOptions();

    private record Line(String type, String destination, SiteStatus.State dataset, int dumps) {}

    private record WaitingLine(String type, String dump, String destination, String reason) {}

    private record SnapshotLine(String type, String dataset, KeptSnapshot snapshot) {}

    private static String reason(Deliveries.Delivery waiting) {
        SpillwayException why = waiting.failure();
        return why == null ? "" : why.getMessage() + "; " + why.hint();
    }

    private record WithdrawnLine(String type, String destination, Withdrawal withdrawal) {}

    /** A withdrawn dump with its reason, on one line and without control characters. */
    static String withdrawn(Withdrawal notice) {
        return "%s: withdrawn %s: %s"
                .formatted(
                        notice.dump().substring(notice.dump().indexOf('/') + 1),
                        notice.withdrawnAt().truncatedTo(ChronoUnit.SECONDS),
                        notice.reason().replaceAll("\\p{Cntrl}+", " "));
    }

    @Override
    public Integer call() throws SpillwayException, InterruptedException {
        boolean several = places.areSeveral();
        Set<String> seen = new HashSet<>();
        List<SpillwayException> failures = new ArrayList<>();
        places.each((place, all, known) -> {
            if (!seen.add(place.name())) {
                return; // several schedules publish to one destination
            }
            if (several && !output.json) {
                spec.commandLine().getOut().println("at " + place.name() + ":");
            }
            try {
                list(place);
            } catch (SpillwayException e) {
                if (e.fault() == Fault.CANCELLED || !several) {
                    throw e;
                }
                failures.add(e);
            }
        });
        places.eachSchedule(this::listTheRest);
        if (!failures.isEmpty()) {
            throw together(failures);
        }
        return 0;
    }

    private static SpillwayException together(List<SpillwayException> failures) {
        SpillwayException first = failures.get(0);
        String all = failures.stream().map(e -> String.valueOf(e.getMessage())).collect(Collectors.joining("; "));
        return failures.size() == 1 ? first : new SpillwayException(first.fault(), all, first.hint(), first);
    }

    private void list(Destination place) throws SpillwayException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Clock clock = Clock.systemUTC();
        Catalog catalog = Catalog.read(place);
        SiteStatus status = SiteStatus.of(catalog, place, clock.instant());
        for (SiteStatus.State state : status.datasets()) {
            int dumps = catalog.dataset(state.dataset())
                    .map(published -> published.dumps().size())
                    .orElse(0);
            if (output.json) {
                out.println(JsonText.line(new Line("dataset", place.name(), state, dumps)));
            } else {
                print(out, catalog, state, dumps, clock);
            }
        }
        for (Withdrawal notice : catalog.withdrawn()) {
            out.println(
                    output.json
                            ? JsonText.line(new WithdrawnLine("withdrawn", place.name(), notice))
                            : notice.dump().substring(0, notice.dump().indexOf('/') + 1) + withdrawn(notice));
        }
        if (!output.json && status.datasets().isEmpty()) {
            out.println("nothing is published at " + place.name());
        }
        if (!status.unreadable().isEmpty()) {
            spec.commandLine()
                    .getErr()
                    .printf(
                            "warning: %s cannot be read at %s: %s%n",
                            status.unreadable().size() == 1
                                    ? "1 manifest"
                                    : Amounts.count(status.unreadable().size()) + " manifests",
                            place.name(),
                            Examples.of(status.unreadable()));
        }
        out.flush();
    }

    /** Prints dumps that wait for a destination, and destinations whose dumps cannot be listed. */
    private void listTheRest(ScheduleFile schedule, Destinations open) throws SpillwayException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        for (Destination place : open.all()) {
            if (!place.traits().keepsSiteFiles() && !output.json) {
                out.println(place.name() + ": not listed, because this destination has no catalog");
            }
        }
        for (Deliveries.Delivery each : open.deliveries().undecided(schedule.dataset())) {
            if (output.json) {
                out.println(JsonText.line(new WaitingLine("waiting", each.dump(), each.destination(), reason(each))));
            } else {
                out.printf("%s: waits for %s: %s%n", each.dump(), each.destination(), reason(each));
            }
        }
        if (schedule.source().isRepository()) {
            listSnapshots(out, schedule);
        }
        out.flush();
    }

    private void listSnapshots(PrintWriter out, ScheduleFile schedule) throws SpillwayException {
        try (DocumentSource source = Sources.open(schedule)) {
            for (KeptSnapshot each : source.snapshots()) {
                out.println(
                        output.json
                                ? JsonText.line(new SnapshotLine("snapshot", schedule.dataset(), each))
                                : "%s: snapshot %s".formatted(schedule.dataset(), each.describe(Instant.now())));
            }
        }
    }

    /** The outcome of an attempt, for people. */
    static String outcome(DatasetStatus.LastAttempt attempt) {
        return attempt.outcome().equals(DatasetStatus.PARTIAL)
                ? "published, but not at every destination"
                : attempt.outcome();
    }

    private static void print(PrintWriter out, Catalog catalog, SiteStatus.State state, int dumps, Clock clock) {
        var latest = catalog.dataset(state.dataset()).map(Catalog.Published::latest);
        String attempt = state.lastAttempt() == null ? "" : ", last attempt " + outcome(state.lastAttempt());
        if (latest.isEmpty()) {
            out.printf("%s: no dump%s%n", state.dataset(), attempt);
            return;
        }
        Manifest manifest = latest.get();
        out.printf(
                "%s: %d dumps, newest %s (%s ago), %s documents, %s in %d files%s%n",
                state.dataset(),
                dumps,
                manifest.id().stamp(),
                Amounts.duration(Duration.between(manifest.takenAt(), clock.instant())),
                Amounts.count(manifest.documents()),
                Amounts.bytes(manifest.bytes()),
                manifest.parts().size(),
                attempt);
    }
}
