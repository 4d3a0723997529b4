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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code status.json} at the root: which datasets are out of date or failing, and why.
 *
 * @param formatVersion {@link #FORMAT_VERSION}
 * @param checkedAt     when this was written; {@code late} refers to this time
 * @param datasets      sorted by name, including those without a dump
 * @param unreadable    dumps that are not listed because their manifests cannot be read
 */
public record SiteStatus(int formatVersion, Instant checkedAt, List<State> datasets, List<String> unreadable) {
    /** Increases if readers of an older version would misread a newer one. */
    public static final int FORMAT_VERSION = 1;

    /** Its name, at the root. */
    public static final String FILE_NAME = "status.json";

    private static final Logger LOG = LoggerFactory.getLogger(SiteStatus.class);

    /** Makes defensive copies. */
    public SiteStatus {
        datasets = List.copyOf(datasets);
        unreadable = List.copyOf(unreadable);
    }

    /**
     * A dataset.
     *
     * @param dataset     its name
     * @param lastGood    the newest dump, from its manifest, or null if there is none
     * @param lastAttempt the outcome of the last attempt, or null if unknown
     * @param nextDue     when the next dump is due, or null without a schedule
     * @param late        whether that time had passed when this was written; null without a schedule
     */
    public record State(
            String dataset,
            DatasetStatus.@Nullable LastGood lastGood,
            DatasetStatus.@Nullable LastAttempt lastAttempt,
            @Nullable Instant nextDue,
            @Nullable Boolean late) {}

    /** Returns the file's content. */
    public byte[] write() {
        return ManifestJson.write(this);
    }

    /**
     * Builds the status from the catalog and each dataset's own status file; unreadable ones are skipped.
     *
     * @throws SpillwayException if the destination does not answer
     */
    public static SiteStatus of(Catalog catalog, Destination destination, Instant now) throws SpillwayException {
        Map<String, DatasetStatus.LastAttempt> attempts = new HashMap<>();
        for (String dataset : catalog.names()) {
            attempt(destination, dataset).ifPresent(attempt -> attempts.put(dataset, attempt));
        }
        return of(catalog, attempts, now);
    }

    /** Builds the status from the catalog and the last attempts, as far as they are known. */
    public static SiteStatus of(Catalog catalog, Map<String, DatasetStatus.LastAttempt> attempts, Instant now) {
        List<State> states = new ArrayList<>();
        for (Catalog.Published published : catalog.datasets()) {
            Manifest latest = published.latest();
            Instant due = latest.nextDue();
            states.add(new State(
                    published.dataset(),
                    DatasetStatus.LastGood.of(latest),
                    attempts.get(published.dataset()),
                    due,
                    due == null ? null : now.isAfter(due)));
        }
        for (String dataset : catalog.attempts()) {
            states.add(new State(dataset, null, attempts.get(dataset), null, null));
        }
        states.sort(Comparator.comparing(State::dataset));
        List<String> unreadable = catalog.broken().stream()
                .map(broken -> broken.dump().toString())
                .toList();
        return new SiteStatus(FORMAT_VERSION, now, states, unreadable);
    }

    /**
     * The outcome of a dataset's last attempt, for the public; empty if there is no status or it is invalid.
     *
     * @throws SpillwayException if the destination does not answer
     */
    public static Optional<DatasetStatus.LastAttempt> attempt(Destination destination, String dataset)
            throws SpillwayException {
        return read(destination, dataset).map(status -> status.lastAttempt().withPublicReason());
    }

    /** Reads the status of a dataset; empty if there is none or it is invalid. */
    public static Optional<DatasetStatus> read(Destination destination, String dataset) throws SpillwayException {
        ObjectKey key = new ObjectKey(dataset).child(DatasetStatus.FILE_NAME);
        try {
            return Inventory.readIfThere(destination, key, 0, DatasetStatus.class, "a status");
        } catch (SpillwayException e) {
            if (e.fault() != Fault.INTEGRITY) {
                throw e;
            }
            LOG.warn("skipping unreadable status file={}/{} cause=\"{}\"", destination.name(), key, e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Makes sure that a file under the name of a dataset's status is one that Spillway wrote.
     *
     * @throws SpillwayException {@link Fault#DESTINATION_REFUSED} if the existing file is not a status of this dataset
     */
    public static void requireOwn(Destination destination, String dataset) throws SpillwayException {
        OwnFiles.refuse(
                destination.name(), foreign(destination, dataset).stream().toList());
    }

    /** The key of a dataset's status where the file that is there is not one of this dataset; else empty. */
    public static Optional<String> foreign(Destination destination, String dataset) throws SpillwayException {
        ObjectKey key = new ObjectKey(dataset).child(DatasetStatus.FILE_NAME);
        boolean foreign = destination.find(key).isPresent()
                && read(destination, dataset)
                        .filter(status -> status.dataset().equals(dataset))
                        .isEmpty();
        return foreign ? Optional.of(key.value()) : Optional.empty();
    }
}
