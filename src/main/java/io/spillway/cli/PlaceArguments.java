package io.spillway.cli;

import io.spillway.config.ConfigFile;
import io.spillway.config.WebAddress;
import io.spillway.destination.Destination;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.run.Destinations;
import io.spillway.run.Site;
import io.spillway.schedule.ScheduleFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** The destinations a command works on: those of schedules, or directories that dumps are published to. */
final class PlaceArguments {
    @Parameters(
            arity = "1..*",
            paramLabel = "SCHEDULE.yaml|DIRECTORY",
            description = "Schedules, for all their destinations, or directories with dumps.")
    private List<Path> places = List.of();

    @Option(
            names = "--public-url",
            converter = PublicUrl.class,
            paramLabel = "URL",
            description = "Public URL of a DIRECTORY, ending in /; schedules have their own public-url.")
    private @Nullable URI publicUrl;

    /** Parses a URL as a schedule does. */
    static final class PublicUrl implements ITypeConverter<URI> {
        @Override
        public URI convert(String text) {
            try {
                URI address = WebAddress.parse(text);
                if (!address.toString().endsWith("/") || address.getRawQuery() != null) {
                    throw new TypeConversionException("must end in /, without ? and #");
                }
                return address;
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** An action on one destination. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Acts on a destination.
         *
         * @param place closed after the call
         * @param all   it and the other destinations of the same schedule
         * @param known the datasets that all of them publish: those of the schedules
         */
        void visit(Destination place, List<Destination> all, Set<String> known)
                throws SpillwayException, InterruptedException;
    }

    /** What is done with one of them. */
    @FunctionalInterface
    interface SiteVisitor {
        /** Acts on it. */
        void visit(Site site) throws SpillwayException, InterruptedException;
    }

    /** Whether the arguments name more than one destination. */
    boolean areSeveral() throws SpillwayException {
        return places.size() > 1
                || (!Files.isDirectory(places.get(0))
                        && ConfigFile.read(places.get(0), ScheduleFile.class)
                                        .destinations()
                                        .size()
                                > 1);
    }

    /** Visits every destination that stores the site's files, in the order of the arguments. */
    void each(Visitor visitor) throws SpillwayException, InterruptedException {
        eachSite(site -> visitor.visit(site.place(), site.all(), site.known()));
    }

    /** The same, with the schedule. */
    void eachSite(SiteVisitor visitor) throws SpillwayException, InterruptedException {
        Optional<Path> schedule =
                places.stream().filter(place -> !Files.isDirectory(place)).findFirst();
        if (publicUrl != null && schedule.isPresent()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "--public-url is for a directory, but %s is a schedule".formatted(schedule.get()),
                    "leave out --public-url, and set public-url in the schedule: its destinations have their own");
        }
        for (Path place : places) {
            if (Files.isDirectory(place)) {
                try (Destination directory = Destinations.openDirectory(place, publicUrl)) {
                    visitor.visit(new Site(directory, List.of(directory), null, null));
                }
            } else {
                visit(ConfigFile.read(place, ScheduleFile.class), visitor);
            }
        }
    }

    /** An action on the destinations of one schedule. */
    @FunctionalInterface
    interface ScheduleVisitor {
        /** Acts on them; they are closed after the call. */
        void visit(ScheduleFile schedule, Destinations open) throws SpillwayException, InterruptedException;
    }

    /** Visits the destinations of every schedule among the arguments. */
    void eachSchedule(ScheduleVisitor visitor) throws SpillwayException, InterruptedException {
        for (Path place : places) {
            if (!Files.isDirectory(place)) {
                ScheduleFile schedule = ConfigFile.read(place, ScheduleFile.class);
                try (Destinations open = Destinations.open(schedule)) {
                    visitor.visit(schedule, open);
                }
            }
        }
    }

    private static void visit(ScheduleFile schedule, SiteVisitor visitor)
            throws SpillwayException, InterruptedException {
        try (Destinations open = Destinations.open(schedule)) {
            for (Destination place : open.all()) {
                if (place.traits().keepsSiteFiles()) {
                    visitor.visit(new Site(place, open.all(), schedule, open.spool()));
                }
            }
        }
    }
}
