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
 * The status files of a dataset, one at each destination that has such a file. Each describes its own destination: a
 * bucket that did not get a dump does not report it as the last good one.
 */
final class Statuses {
    /** After these faults the status cannot be stored, and trying would only delay the failure. */
    private static final Set<Fault> UNREPORTED = Set.of(Fault.DESTINATION_UNAVAILABLE, Fault.CANCELLED);

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

    /**
     * Call after an export made a dump. Each status records whether its destination has the dump, and whether all do.
     */
    void exported(ExportReport report) {
        reached(report.delivery(), report.manifest());
    }

    /** Call after missing dumps were delivered, or failed to be. */
    void delivered(DeliveryOutcome delivery) {
        reached(delivery, null);
    }

    /** @param newest the dump that all complete destinations have, or null to look up the newest at each */
    private void reached(DeliveryOutcome delivery, @Nullable Manifest newest) {
        Map<Destination, SpillwayException> lacking = delivery.lacking();
        Optional<SpillwayException> shortfall = delivery.shortfall();
        files.forEach((place, status) -> {
            SpillwayException failure = lacking.get(place);
            if (failure == null && shortfall.isPresent()) {
                status.partial(shortfall.get(), newest);
            } else if (failure == null && newest != null) {
                status.published(newest);
            } else if (failure == null) {
                status.delivered();
            } else if (!UNREPORTED.contains(failure.fault())) {
                if (delivery.nowhere()) {
                    status.failed(failure);
                } else {
                    status.partialElsewhere(failure);
                }
            }
        });
    }

    /** Call after a dump was withdrawn from a destination. */
    void withdrawn(Destination place) {
        StatusFile status = files.get(place);
        if (status != null) {
            status.withdrawn();
        }
    }

    /** Call if dumps are delivered but the links to them are stale; written only where that needs no request. */
    void linksFailed(SpillwayException failure) {
        StatusFile home = files.get(places.home());
        if (home != null) {
            home.partial(failure, null);
        }
    }

    /** Whether the last attempt left work to do, according to the directory. */
    boolean isPartial() throws SpillwayException {
        return files.containsKey(places.home())
                && SiteStatus.read(places.home(), dataset)
                        .map(status -> status.lastAttempt().outcome().equals(DatasetStatus.PARTIAL))
                        .orElse(false);
    }

    /**
     * Call after an export failed. If it was cancelled, only directories are updated, because only they are fast
     * enough.
     */
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
