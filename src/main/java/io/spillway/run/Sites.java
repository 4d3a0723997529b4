package io.spillway.run;

import io.spillway.catalog.Catalog;
import io.spillway.destination.Destination;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.SpillwayException;
import io.spillway.notices.NoticeWriter;
import io.spillway.schedule.ScheduleFile;
import io.spillway.site.SiteWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What points at dumps, renewed at each of a schedule's destinations. */
public final class Sites {
    /** Somebody else writes a few small files meanwhile; who needs longer has died, and the lock with it. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private Sites() {}

    /**
     * After an export: at every destination, also at those behind one that fails; ends with the first failure.
     *
     * @param missed places that did not get the dump, where everything stays as it is
     */
    static void publish(Destinations places, Set<Destination> missed, ScheduleFile schedule)
            throws SpillwayException, InterruptedException {
        SpillwayException first = null;
        for (Destination place : places.all()) {
            if (missed.contains(place)) {
                continue;
            }
            try {
                publish(places, place, schedule);
            } catch (SpillwayException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** The same at one destination. */
    static void publish(Destinations places, Destination place, ScheduleFile schedule)
            throws SpillwayException, InterruptedException {
        writer(place, places.all(), schedule, places.spool()).publish(schedule.dataset());
    }

    /** After an attempt that published nothing. */
    static void sayStatus(Destinations places, ScheduleFile schedule) {
        for (Destination place : places.all()) {
            writer(place, places.all(), schedule, places.spool()).sayStatus(schedule.dataset());
        }
    }

    /** Everything again at one destination. */
    public static Catalog rebuild(Site site) throws SpillwayException, InterruptedException {
        return writer(site.place(), site.all(), site.schedule(), site.spool()).rebuild(site.known());
    }

    /** The notices again at one destination, which keeps files of the site. */
    public static NoticeWriter.Written renewNotices(Site site) throws SpillwayException, InterruptedException {
        return writer(site.place(), site.all(), site.schedule(), site.spool())
                .renewNotices(site.known())
                .orElseThrow();
    }

    private static SiteWriter writer(
            Destination place, List<Destination> all, @Nullable ScheduleFile schedule, @Nullable Destination spool) {
        List<Destination> others = all.stream().filter(other -> other != place).toList();
        var settings = Optional.ofNullable(schedule)
                .flatMap(each -> Optional.ofNullable(each.notices()))
                .map(section -> section.toSettings())
                .orElse(null);
        var notices =
                new NoticeWriter(place, copies(place, all, spool), new PublicAddresses(), settings, Clock.systemUTC());
        return new SiteWriter(place, others, turns(place), Clock.systemUTC(), notices);
    }

    /** A daemon answers from this machine: without a directory among the destinations, from the spool. */
    private static List<Destination> copies(Destination place, List<Destination> all, @Nullable Destination spool) {
        boolean first = all.stream()
                .filter(each -> each.traits().keepsSiteFiles())
                .findFirst()
                .filter(each -> each == place)
                .isPresent();
        return first ? Stream.ofNullable(spool).toList() : List.of();
    }

    private static SiteWriter.Turns turns(Destination place) {
        if (place instanceof LocalDirectory directory) {
            return () -> directory.lockSite(PATIENCE)::close;
        }
        return SiteWriter.Turns.NONE;
    }
}
