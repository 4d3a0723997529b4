package io.spillway.run;

import io.spillway.catalog.DatasetStatus;
import io.spillway.catalog.SiteStatus;
import io.spillway.deliver.DeliveryOutcome;
import io.spillway.deliver.StatusFile;
import io.spillway.destination.Destination;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * The status of a dataset at each of its places that keeps such a file. Each tells what is true there: a bucket that did
 * not get a dump does not call it the last good one.
 */
final class Statuses {
    /** After these nobody is there to take a status, and waiting for that would only make a failure slower. */
    private static final Set<Fault> MUTE = Set.of(Fault.DESTINATION_UNAVAILABLE, Fault.CANCELLED);

    private final Map<Destination, StatusFile> files = new LinkedHashMap<>();
    private final Destinations places;
    private final String dataset;

    Statuses(Destinations places, String dataset) {
        this.places = places;
        this.dataset = dataset;
        for (Destination place : places.all()) {
            if (place.traits().keepsSiteFiles()) {
                files.put(place, new StatusFile(place, dataset, Clock.systemUTC()));
            }
        }
    }

    /** An export has ended with a dump; at each place the status says whether that is there, and everywhere. */
    void exported(ExportReport report) {
        reached(report.reach(), report.manifest());
    }

    /** Dumps that were missing were brought, or not. */
    void delivered(DeliveryOutcome reach) {
        reached(reach, null);
    }

    /** @param newest the dump that every place has which lacks none, or null where each has to look for its newest */
    private void reached(DeliveryOutcome reach, @Nullable Manifest newest) {
        Map<Destination, SpillwayException> lacking = reach.lacking();
        Optional<SpillwayException> shortfall = reach.shortfall();
        files.forEach((place, status) -> {
            SpillwayException failure = lacking.get(place);
            if (failure == null && shortfall.isPresent()) {
                status.partly(shortfall.get(), newest);
            } else if (failure == null && newest != null) {
                status.published(newest);
            } else if (failure == null) {
                status.delivered();
            } else if (!MUTE.contains(failure.fault())) {
                if (reach.nowhere()) {
                    status.failed(failure);
                } else {
                    status.partlyElsewhere(failure);
                }
            }
        });
    }

    /** A dump was withdrawn from a place. */
    void takenBack(Destination place) {
        StatusFile status = files.get(place);
        if (status != null) {
            status.takenBack();
        }
    }

    /** Dumps are where they should be, but what points at them is not; told where that costs nothing. */
    void notPointedAt(SpillwayException failure) {
        StatusFile home = files.get(places.home());
        if (home != null) {
            home.partly(failure, null);
        }
    }

    /** Whether the last attempt left something to do, as far as the directory says. */
    boolean isPartly() throws SpillwayException {
        return files.containsKey(places.home())
                && SiteStatus.read(places.home(), dataset)
                        .map(status -> status.lastAttempt().outcome().equals(DatasetStatus.PARTLY))
                        .orElse(false);
    }

    /** An export has ended without a dump. Where it was told to stop, only a directory is fast enough to be told. */
    void failed(Throwable failure) {
        boolean cancelled = failure instanceof InterruptedException
                || failure instanceof CancellationException
                || (failure instanceof SpillwayException e && e.fault() == Fault.CANCELLED);
        files.forEach((place, status) -> {
            if (!cancelled || place == places.home()) {
                status.failed(failure);
            }
        });
    }
}
