package io.spillway.catalog;

import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Examples;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Lanes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the manifests of a destination, several at a time, and keeps of each what lists show. Only the newest manifest of
 * a dataset is kept whole. Used by one thread.
 */
final class ManifestReader {
    private static final Logger LOG = LoggerFactory.getLogger(ManifestReader.class);

    /** How many are read at the same time: enough to hide the time that a bucket takes to answer. */
    private static final int LANES = 8;

    /**
     * How many KiB of manifests are read at the same time. A manifest takes several times its length in memory; one that is
     * larger than this is read alone.
     */
    private static final int KIBIBYTES_AT_A_TIME = 4 << 10;

    private final Destination destination;
    private final Semaphore room = new Semaphore(KIBIBYTES_AT_A_TIME);

    /** The newest manifests that could be read so far, by dataset; guarded by itself. */
    private final Map<String, Manifest> newest = new TreeMap<>();

    private final Map<String, List<DumpSummary>> summaries = new TreeMap<>();
    private final List<Catalog.Broken> broken = new ArrayList<>();

    /** A reader for one destination, which stays the caller's to close. */
    ManifestReader(Destination destination) {
        this.destination = destination;
    }

    /** What was found of one dump: a summary, or what is wrong, or neither if the manifest is no longer there. */
    private record Found(@Nullable DumpSummary summary, Catalog.@Nullable Broken broken) {}

    /**
     * Reads manifests.
     *
     * @param dumps of which dumps, by dataset, the newest first
     * @param sizes lengths of manifests in bytes, where they are known
     * @throws SpillwayException the destination does not answer
     */
    void read(List<DumpId> dumps, Map<DumpId, Long> sizes) throws SpillwayException, InterruptedException {
        List<Callable<Found>> tasks = new ArrayList<>();
        for (DumpId dump : dumps) {
            tasks.add(() -> find(dump, sizes.getOrDefault(dump, 0L)));
        }
        if (tasks.isEmpty()) {
            return;
        }
        for (Found found : Lanes.runAll("catalog", Math.min(LANES, tasks.size()), tasks)) {
            if (found.summary() != null) {
                summaries
                        .computeIfAbsent(found.summary().id().dataset(), name -> new ArrayList<>())
                        .add(found.summary());
            } else if (found.broken() != null) {
                broken.add(found.broken());
            }
        }
        warn();
    }

    /** The datasets with at least one dump, sorted by name. */
    List<Catalog.Shelf> shelves() {
        synchronized (newest) {
            return newest.values().stream()
                    .map(latest -> new Catalog.Shelf(latest, summaries.getOrDefault(latest.dataset(), List.of())))
                    .toList();
        }
    }

    /** Manifests that cannot be used, in the order in which they were asked for. */
    List<Catalog.Broken> broken() {
        return List.copyOf(broken);
    }

    private Found find(DumpId dump, long bytes) throws SpillwayException, InterruptedException {
        int share = (int) Math.min(KIBIBYTES_AT_A_TIME, (bytes >> 10) + 1);
        room.acquire(share);
        try {
            Optional<Manifest> manifest = read(destination, dump);
            manifest.ifPresent(this::keepNewest);
            return new Found(manifest.map(DumpSummary::of).orElse(null), null);
        } catch (SpillwayException e) {
            if (e.fault() != Fault.INTEGRITY && e.fault() != Fault.DESTINATION_REFUSED) {
                throw e;
            }
            return new Found(null, new Catalog.Broken(dump, String.valueOf(e.getMessage())));
        } finally {
            room.release(share);
        }
    }

    private void keepNewest(Manifest manifest) {
        synchronized (newest) {
            newest.merge(
                    manifest.dataset(),
                    manifest,
                    (one, other) -> other.id().instant().isAfter(one.id().instant()) ? other : one);
        }
    }

    private void warn() {
        Map<String, String> reasons = new LinkedHashMap<>();
        broken.forEach(each -> reasons.put(each.dump().toString(), each.reason()));
        for (Examples.Group group : Examples.byKind(reasons)) {
            LOG.warn(
                    "not listed, the manifest cannot be used count={} dumps=\"{}\" cause=\"{}\"",
                    group.names().size(),
                    Examples.of(group.names()),
                    group.first());
        }
    }

    /**
     * Reads one manifest.
     *
     * @return empty where it is not there
     * @throws SpillwayException it cannot be used, or the destination does not answer
     */
    static Optional<Manifest> read(Destination destination, DumpId dump) throws SpillwayException {
        ObjectKey key = new ObjectKey(dump.toString()).child(Manifest.FILE_NAME);
        String where = destination.name() + "/" + key;
        try (InputStream in = destination.open(key)) {
            Manifest manifest = ManifestJson.read(in, where);
            if (!manifest.dump().equals(dump.toString())) {
                throw new SpillwayException(
                        Fault.INTEGRITY,
                        where + " is the manifest of " + manifest.dump(),
                        "the file was moved; move it back, or remove it");
            }
            return Optional.of(manifest);
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, where + " cannot be read: " + e.getMessage(), "try again", e);
        } catch (SpillwayException e) {
            if (e.fault() == Fault.DESTINATION_REFUSED && destination.find(key).isEmpty()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The lengths of manifests, by dump, as a listing tells them. */
    static Map<DumpId, Long> sizes(List<StoredObject> objects) {
        Map<DumpId, Long> sizes = new LinkedHashMap<>();
        for (StoredObject object : objects) {
            String[] path = object.key().value().split("/", -1);
            if (path.length == 3 && path[2].equals(Manifest.FILE_NAME) && Dataset.isName(path[0])) {
                DumpId.of(path[0], path[1]).ifPresent(dump -> sizes.put(dump, object.bytes()));
            }
        }
        return sizes;
    }
}
