package io.spillway.deliver;

import io.spillway.catalog.Inventory;
import io.spillway.catalog.LatestFile;
import io.spillway.catalog.LinksFile;
import io.spillway.catalog.Listing;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ChangeSteps;
import java.util.HashSet;
import java.util.Set;

/**
 * The dumps named by the links of a destination: {@code DATASET/latest.json}, {@code links.json}, and, as those to which steps
 * lead, {@code DATASET/changes.json}.
 */
final class LinkTargets {
    private LinkTargets() {}

    /**
     * The ids of the dumps, as text.
     *
     * @throws SpillwayException a file exists and cannot be read now, or is not such a file
     */
    static Set<String> at(Destination place, String dataset) throws SpillwayException {
        Set<String> named = new HashSet<>();
        ObjectKey latest = new ObjectKey(dataset).child(LatestFile.FILE_NAME);
        Inventory.readIfThere(place, latest, 0, Listing.class, "a pointer to a dump")
                .ifPresent(listing -> named.add(listing.dump()));
        Inventory.readIfThere(place, new ObjectKey(LinksFile.FILE_NAME), 0, LinksFile.class, "a list of links")
                .ifPresent(links -> links.datasets().forEach(listing -> named.add(listing.dump())));
        ObjectKey changes = new ObjectKey(dataset).child(ChangeSteps.FILE_NAME);
        Inventory.readIfThere(place, changes, 0, ChangeSteps.class, "a list of changes")
                .ifPresent(steps -> steps.steps().forEach(step -> named.add(step.to())));
        return named;
    }
}
