package io.spillway.cli;

import io.spillway.catalog.Catalog;
import io.spillway.destination.Destination;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.SpillwayException;
import io.spillway.site.SiteWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What points at dumps, renewed at each of a schedule's destinations. */
final class Sites {
    /** Somebody else writes a few small files meanwhile; who needs longer has died, and the lock with it. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private Sites() {}

    /**
     * After an export: at every destination, also at those behind one that fails; ends with the first failure.
     *
     * @param missed places that did not get the dump, where everything stays as it is
     */
    static void publish(Places places, Set<Destination> missed, String dataset)
            throws SpillwayException, InterruptedException {
        SpillwayException first = null;
        for (Destination place : places.all()) {
            if (missed.contains(place)) {
                continue;
            }
            try {
                writer(place, places.all()).publish(dataset);
            } catch (SpillwayException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** After an attempt that published nothing. */
    static void sayStatus(Places places) {
        for (Destination place : places.all()) {
            writer(place, places.all()).sayStatus();
        }
    }

    /** Everything again at one destination of a schedule. */
    static Catalog rebuild(Destination place, List<Destination> all, Set<String> known)
            throws SpillwayException, InterruptedException {
        return writer(place, all).rebuild(known);
    }

    private static SiteWriter writer(Destination place, List<Destination> all) {
        List<Destination> others = all.stream().filter(other -> other != place).toList();
        return new SiteWriter(place, others, turns(place), Clock.systemUTC());
    }

    private static SiteWriter.Turns turns(Destination place) {
        if (place instanceof LocalDirectory directory) {
            return () -> directory.lockSite(PATIENCE)::close;
        }
        return SiteWriter.Turns.NONE;
    }
}
