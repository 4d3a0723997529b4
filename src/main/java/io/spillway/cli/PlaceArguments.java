package io.spillway.cli;

import io.spillway.config.ConfigFile;
import io.spillway.destination.Destination;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.SpillwayException;
import io.spillway.schedule.ScheduleFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which destinations a command looks at: those of schedules, or a directory that dumps are published to. */
final class PlaceArguments {
    @Parameters(
            arity = "1..*",
            paramLabel = "SCHEDULE.yaml|DIRECTORY",
            description = "Schedules, whose destinations are meant, or directories with dumps.")
    private List<Path> places = List.of();

    @Option(
            names = "--public-url",
            paramLabel = "URL",
            description = "Where people fetch what lies in a DIRECTORY, ending in /; schedules have it themselves.")
    private @Nullable URI publicUrl;

    /** What is done with one destination. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Looks at a destination.
         *
         * @param place is closed after the call
         * @param all   it and the other destinations of the same schedule
         * @param known the datasets that all of them keep: those of schedules
         */
        void visit(Destination place, List<Destination> all, Set<String> known)
                throws SpillwayException, InterruptedException;
    }

    /** Visits every destination that keeps files of the site, in the order of the arguments. */
    void each(Visitor visitor) throws SpillwayException, InterruptedException {
        for (Path place : places) {
            if (Files.isDirectory(place)) {
                try (LocalDirectory directory = LocalDirectory.open(place, publicUrl)) {
                    visitor.visit(directory, List.of(directory), Set.of());
                }
            } else {
                visit(ConfigFile.read(place, ScheduleFile.class), visitor);
            }
        }
    }

    private static void visit(ScheduleFile schedule, Visitor visitor) throws SpillwayException, InterruptedException {
        try (Places open = Places.open(schedule)) {
            for (Destination place : open.all()) {
                if (place.traits().keepsSiteFiles()) {
                    visitor.visit(place, open.all(), Set.of(schedule.dataset()));
                }
            }
        }
    }
}
