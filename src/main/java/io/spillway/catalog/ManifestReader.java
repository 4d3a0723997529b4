package io.spillway.catalog;

import io.spillway.dataset.DumpId;
import io.spillway.fault.Examples;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Lanes;
import io.spillway.manifest.Manifest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the manifests of a destination, several in parallel, and keeps what lists show. Only the newest manifest of
 * each dataset is kept completely. Used by one thread.
 */
final class ManifestReader {
    private static final Logger LOG = LoggerFactory.getLogger(ManifestReader.class);

    /** Enough parallel reads to hide the latency of a bucket. */
    private static final int LANES = 8;

    /**
     * Limit for the size of manifests that are read in parallel, in KiB. A manifest takes several times its length in
     * memory; one that exceeds the limit is read alone.
     */
    private static final int KIBIBYTES_AT_A_TIME = 4 << 10;

    private final Inventory inventory;
    private final Semaphore room = new Semaphore(KIBIBYTES_AT_A_TIME);

    /** The newest readable manifest so far, by dataset; guarded by itself. */
    private final Map<String, Manifest> newest = new TreeMap<>();

    private final Map<String, List<DumpSummary>> summaries = new TreeMap<>();
    private final List<Catalog.Broken> broken = new ArrayList<>();

    /** Reads the dumps of one inventory. */
    ManifestReader(Inventory inventory) {
        this.inventory = inventory;
    }

    /** The result for one dump: a summary, or what is wrong, or neither if the manifest no longer exists. */
    private record Found(@Nullable DumpSummary summary, Catalog.@Nullable Broken broken) {}

    /**
     * Reads the manifests of all dumps that have one and are neither withdrawn nor pruned.
     *
     * @throws SpillwayException if a manifest cannot be read now, or the destination does not answer
     */
    void read() throws SpillwayException, InterruptedException {
        List<Callable<Found>> tasks = new ArrayList<>();
        for (DumpId dump : inventory.dumps()) {
            tasks.add(() -> find(dump));
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
    List<Catalog.Published> published() {
        synchronized (newest) {
            return newest.values().stream()
                    .map(latest -> new Catalog.Published(latest, summaries.getOrDefault(latest.dataset(), List.of())))
                    .toList();
        }
    }

    /** Invalid manifests, in the order of the inventory. */
    List<Catalog.Broken> broken() {
        return List.copyOf(broken);
    }

    private Found find(DumpId dump) throws SpillwayException, InterruptedException {
        int share = (int) Math.min(KIBIBYTES_AT_A_TIME, (inventory.bytes(dump, Manifest.FILE_NAME) >> 10) + 1);
        room.acquire(share);
        try {
            DumpAt at = inventory.look(dump);
            SpillwayException why = at.why();
            if (at.state() == DumpState.UNREADABLE && why != null) {
                throw why;
            } else if (at.state() == DumpState.DAMAGED && why != null) {
                return new Found(null, new Catalog.Broken(dump, String.valueOf(why.getMessage())));
            }
            Manifest manifest = at.isComplete() ? at.manifest() : null;
            if (manifest == null) {
                return new Found(null, null);
            }
            keepNewest(manifest);
            return new Found(DumpSummary.of(manifest), null);
        } finally {
            room.release(share);
        }
    }

    private void keepNewest(Manifest manifest) {
        synchronized (newest) {
            newest.merge(
                    manifest.dataset(),
                    manifest,
                    // The text of an id sorts by its time.
                    (one, other) -> other.dump().compareTo(one.dump()) > 0 ? other : one);
        }
    }

    private void warn() {
        Map<String, String> reasons = new LinkedHashMap<>();
        broken.forEach(each -> reasons.put(each.dump().toString(), each.reason()));
        for (Examples.Group group : Examples.byKind(reasons)) {
            LOG.warn(
                    "damaged dumps are not listed count={} dumps=\"{}\" cause=\"{}\"",
                    group.names().size(),
                    Examples.of(group.names()),
                    group.first());
        }
    }
}
