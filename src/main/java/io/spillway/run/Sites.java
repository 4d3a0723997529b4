package io.spillway.run;

import io.spillway.catalog.Catalog;
import io.spillway.catalog.OwnFiles;
import io.spillway.destination.Destination;
import io.spillway.destination.SiteLock;
import io.spillway.fault.Fault;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Updates everything that points at dumps at each of a schedule's destinations. */
public final class Sites {
    private static final Logger LOG = LoggerFactory.getLogger(Sites.class);

    /** Another process writes a few small files meanwhile; one that needs longer has died, and its lock with it. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private Sites() {}

    /**
     * Called after an export. Visits every destination even if one fails; then throws the first failure.
     *
     * @param missed destinations that did not get the dump; they stay unchanged
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

    /**
     * Makes sure, before anything is exported, that no destination has a file that an export would have to replace and that
     * Spillway did not write. A destination that does not answer now is left to the delivery, which reports it.
     *
     * @throws SpillwayException {@code DESTINATION_REFUSED}, naming the files
     */
    static void requireOwn(Destinations places, ScheduleFile schedule) throws SpillwayException {
        for (Destination place : places.all()) {
            OwnFiles.refuse(place.name(), foreign(places, place, schedule));
        }
    }

    private static Set<String> foreign(Destinations places, Destination place, ScheduleFile schedule)
            throws SpillwayException {
        try {
            return writer(place, places.all(), schedule, places.spool()).foreign(schedule.dataset());
        } catch (SpillwayException e) {
            if (place == places.home() || e.fault() == Fault.CANCELLED) {
                throw e;
            }
            LOG.warn(
                    "cannot look for files of others before the export destination={} cause=\"{}\"",
                    place.name(),
                    e.getMessage());
            return Set.of();
        }
    }

    /**
     * The files at one destination that an export would have to replace and that Spillway did not write.
     *
     * @throws SpillwayException the destination does not answer, or its record of own files cannot be read
     */
    static Set<String> foreign(Destination place, ScheduleFile schedule) throws SpillwayException {
        return writer(place, List.of(place), schedule, null).foreign(schedule.dataset());
    }

    /** Updates the status after an attempt that published nothing. */
    static void updateStatus(Destinations places, ScheduleFile schedule) {
        for (Destination place : places.all()) {
            writer(place, places.all(), schedule, places.spool()).updateStatus(schedule.dataset());
        }
    }

    /** Rebuilds everything at one destination. */
    public static Catalog rebuild(Site site) throws SpillwayException, InterruptedException {
        return writer(site.place(), site.all(), site.schedule(), site.spool()).rebuild(site.known());
    }

    /** Rewrites the notices at one destination that stores the site's files. */
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

    /** A daemon reads local files: the spool, if no destination is a directory. */
    private static List<Destination> copies(Destination place, List<Destination> all, @Nullable Destination spool) {
        boolean first = all.stream()
                .filter(each -> each.traits().keepsSiteFiles())
                .findFirst()
                .filter(each -> each == place)
                .isPresent();
        return first ? Stream.ofNullable(spool).toList() : List.of();
    }

    private static SiteWriter.Turns turns(Destination place) {
        return place.capability(SiteLock.class)
                .<SiteWriter.Turns>map(lock -> () -> lock.lockSite(PATIENCE)::close)
                .orElse(SiteWriter.Turns.NONE);
    }
}
