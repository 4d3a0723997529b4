package io.spillway.catalog;

import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code status.json} at the root: which dataset stands still, and why.
 *
 * @param formatVersion {@link #FORMAT_VERSION}
 * @param checkedAt     when this was written; what is late was so at that time
 * @param datasets      sorted by name, those without a dump too
 * @param unreadable    dumps that are listed nowhere, because their manifests cannot be read
 */
public record SiteStatus(int formatVersion, Instant checkedAt, List<State> datasets, List<String> unreadable) {
    /** Moves when a reader of an older one would misunderstand a newer one. */
    public static final int FORMAT_VERSION = 1;

    /** Its name, at the root. */
    public static final String FILE_NAME = "status.json";

    private static final Logger LOG = LoggerFactory.getLogger(SiteStatus.class);

    /** Takes copies. */
    public SiteStatus {
        datasets = List.copyOf(datasets);
        unreadable = List.copyOf(unreadable);
    }

    /**
     * A dataset.
     *
     * @param dataset     its name
     * @param lastGood    the newest dump, by its manifest, or null where there is none
     * @param lastAttempt how the last attempt ended, or null where nobody has said
     * @param nextDue     when the next dump is due, or null where there is no plan
     * @param late        whether that time had passed when this was written; null where there is no plan
     */
    public record State(
            String dataset,
            DatasetStatus.@Nullable LastGood lastGood,
            DatasetStatus.@Nullable LastAttempt lastAttempt,
            @Nullable Instant nextDue,
            @Nullable Boolean late) {}

    /** The file's bytes. */
    public byte[] write() {
        return ManifestJson.write(this);
    }

    /**
     * Gathers the status from the catalog and from each dataset's own file; one that cannot be read is passed over.
     *
     * @throws SpillwayException the destination does not answer
     */
    public static SiteStatus of(Catalog catalog, Destination destination, Instant now) throws SpillwayException {
        List<State> states = new ArrayList<>();
        for (Catalog.Shelf shelf : catalog.datasets()) {
            Manifest latest = shelf.latest();
            Instant due = latest.nextDue();
            states.add(new State(
                    shelf.dataset(),
                    DatasetStatus.LastGood.of(latest),
                    attempt(destination, shelf.dataset()),
                    due,
                    due == null ? null : now.isAfter(due)));
        }
        for (String dataset : catalog.attempts()) {
            states.add(new State(dataset, null, attempt(destination, dataset), null, null));
        }
        states.sort(Comparator.comparing(State::dataset));
        List<String> unreadable = catalog.broken().stream()
                .map(broken -> broken.dump().toString())
                .toList();
        return new SiteStatus(FORMAT_VERSION, now, states, unreadable);
    }

    private static DatasetStatus.@Nullable LastAttempt attempt(Destination destination, String dataset)
            throws SpillwayException {
        return read(destination, dataset)
                .map(status -> status.lastAttempt().withPublicReason())
                .orElse(null);
    }

    /** How the last attempt of a dataset ended, or empty where nobody has said, or not in words that can be read. */
    public static Optional<DatasetStatus> read(Destination destination, String dataset) throws SpillwayException {
        ObjectKey key = new ObjectKey(dataset).child(DatasetStatus.FILE_NAME);
        try {
            return Inventory.readIfThere(destination, key, 0, DatasetStatus.class, "a status");
        } catch (SpillwayException e) {
            if (e.fault() != Fault.INTEGRITY) {
                throw e;
            }
            LOG.warn("passed over status={}/{} cause=\"{}\"", destination.name(), key, e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Makes sure that no file of others has the name of a dataset's status.
     *
     * @throws SpillwayException as {@link Fault#DESTINATION_REFUSED}: the file that is there is not a status of this dataset
     */
    public static void requireOwn(Destination destination, String dataset) throws SpillwayException {
        ObjectKey key = new ObjectKey(dataset).child(DatasetStatus.FILE_NAME);
        if (destination.find(key).isPresent()
                && read(destination, dataset)
                        .filter(status -> status.dataset().equals(dataset))
                        .isEmpty()) {
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    "%s has a file that Spillway did not write, and it stays: %s".formatted(destination.name(), key),
                    "publish into a subfolder or under a prefix of its own, or move this file away");
        }
    }
}
