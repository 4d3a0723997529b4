package io.spillway.cli;

import io.spillway.destination.Destination;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.pipeline.ExportReport;
import io.spillway.publish.Deliveries.Delivery;
import io.spillway.publish.StatusFile;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;

/**
 * The status of a dataset at each of its places that keeps such a file. Each tells what is true there: a bucket that did
 * not get a dump does not call it the last good one.
 */
final class Statuses {
    /** After these nobody is there to take a status, and waiting for that would only make a failure slower. */
    private static final Set<Fault> MUTE = Set.of(Fault.DESTINATION_UNAVAILABLE, Fault.CANCELLED);

    private final Map<Destination, StatusFile> files = new LinkedHashMap<>();
    private final Places places;

    Statuses(Places places, String dataset) {
        this.places = places;
        for (Destination place : places.all()) {
            if (place.traits().keepsSiteFiles()) {
                files.put(place, new StatusFile(place, dataset, Clock.systemUTC()));
            }
        }
    }

    /** An export has ended with a dump; at each place the status says whether that is there. */
    void exported(ExportReport report) {
        StatusFile home = files.get(places.home());
        if (home != null) {
            home.published(report.manifest());
        }
        delivered(report.deliveries().stream()
                .filter(delivery -> delivery.manifest().equals(report.manifest()))
                .toList());
    }

    /** Dumps were brought to these places, or not; of several at one place the last counts. */
    void delivered(List<Delivery> deliveries) {
        Map<Destination, Delivery> last = new LinkedHashMap<>();
        deliveries.forEach(delivery -> last.put(delivery.place(), delivery));
        last.forEach((place, delivery) -> {
            StatusFile status = files.get(place);
            SpillwayException failure = delivery.failure();
            if (status != null && failure == null) {
                status.published(delivery.manifest());
            } else if (status != null && failure != null && !MUTE.contains(failure.fault())) {
                status.failed(failure);
            }
        });
    }

    /** A dump was taken back at all places. */
    void takenBack() {
        files.values().forEach(StatusFile::takenBack);
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
