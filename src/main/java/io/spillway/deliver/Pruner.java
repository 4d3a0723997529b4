package io.spillway.deliver;

import io.spillway.catalog.CatalogIndex;
import io.spillway.catalog.DumpAt;
import io.spillway.catalog.DumpState;
import io.spillway.catalog.Inventory;
import io.spillway.catalog.Ledger;
import io.spillway.catalog.Memory;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Removal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies retention to one dataset at one destination. Only complete dumps count: a damaged, unreadable or future-dated
 * dump does not replace another and is not removed. Steps: mark each dump to remove, so that no catalog lists it;
 * update links; delete its manifest; delete its files. The next run completes an interrupted one. Only files listed in
 * a manifest of Spillway are removed.
 *
 * <p>The caller holds the dataset's lock. Thread-safe if its destination is.
 */
public final class Pruner {
    private static final Logger LOG = LoggerFactory.getLogger(Pruner.class);

    private final Destination destination;
    private final String dataset;
    private final Clock clock;
    private final Memory memory;

    /**
     * The caller closes the destination.
     *
     * @param clock  determines which dumps are dated in the future, and how long ago others were superseded
     * @param memory records pruned dumps, so that they are not sent to a destination again
     */
    public Pruner(Destination destination, String dataset, Clock clock, Memory memory) {
        this.destination = destination;
        this.dataset = dataset;
        this.clock = clock;
        this.memory = memory;
    }

    /**
     * Which dumps to keep.
     *
     * @param retention the rules
     * @param grace     minimum time that a dump is kept after the snapshot of its successor, so that running downloads
     *                  can finish; 0 or more
     */
    public record Keep(Retention retention, Duration grace) {}

    /** Updates the links at this destination. */
    @FunctionalInterface
    public interface Move {
        /** For callers without links. */
        Move NONE = () -> {};

        /** Updates all of them. */
        void pointers() throws SpillwayException, InterruptedException;
    }

    /**
     * The result.
     *
     * @param removed    the dumps that were or would be removed, oldest first
     * @param skipped dumps that neither count nor are removed, each with the reason, for people
     * @param failure    why links could not be updated although their targets exist; or null
     */
    public record Outcome(
            List<Removed> removed,
            List<String> skipped,
            @Nullable SpillwayException failure) {
        /** Makes defensive copies. */
        public Outcome {
            removed = List.copyOf(removed);
            skipped = List.copyOf(skipped);
        }
    }

    /**
     * Removes the dumps that the rules do not keep, and completes interrupted removals.
     *
     * @param dryRun report what would be removed, and remove nothing
     * @throws SpillwayException {@link Fault#DESTINATION_REFUSED} if no dump exists at all, which indicates another
     *     problem; nothing is removed
     */
    public Outcome prune(Keep keep, boolean dryRun, Move move) throws SpillwayException, InterruptedException {
        Inventory inventory = restored(Inventory.of(destination, dataset), dryRun);
        if (inventory.dumps().isEmpty()) {
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    "nothing to prune: no dump of %s in %s".formatted(dataset, destination.name()),
                    "check the destination and the permission to list it");
        }
        List<String> skipped = new ArrayList<>();
        // Ids alone: the manifests of all dumps together may be more than the memory.
        TreeSet<DumpId> complete = new TreeSet<>();
        Map<DumpId, List<String>> going = new TreeMap<>();
        for (DumpId dump : inventory.dumps()) {
            DumpAt at = inventory.at(dump);
            sort(at, complete, going, skipped);
        }
        List<Removed> removed = new ArrayList<>();
        for (DumpId dump : goes(complete, keep)) {
            Manifest manifest = inventory.at(dump).manifest();
            if (manifest != null) {
                going.put(dump, Inventory.filesOf(manifest));
                removed.add(new Removed(
                        dump.toString(), destination.name(), manifest.parts().size(), manifest.bytes()));
            }
        }
        // Links may still name a damaged dump.
        boolean idle = going.isEmpty() && skipped.isEmpty();
        SpillwayException failure = dryRun || idle ? null : remove(going, complete, move);
        return new Outcome(removed, skipped, failure);
    }

    /**
     * If no complete dump is left but some dated in the future, keeps dumps whose removal was interrupted before the manifest
     * was deleted.
     */
    private Inventory restored(Inventory inventory, boolean dryRun) throws SpillwayException {
        if (dryRun || inventory.in(DumpState.COMPLETE).stream().anyMatch(at -> !isInTheFuture(at.dump()))) {
            return inventory;
        }
        boolean restored = false;
        for (DumpAt marked : inventory.in(DumpState.PRUNED)) {
            if (marked.names().contains(Manifest.FILE_NAME)) {
                destination.delete(ObjectKey.of(marked.dump()).child(Removal.FILE_NAME));
                CatalogIndex.endRemoval(destination, marked.dump());
                restored = true;
            }
        }
        return restored ? Inventory.of(destination, dataset) : inventory;
    }

    private void sort(DumpAt at, Set<DumpId> complete, Map<DumpId, List<String>> going, List<String> skipped) {
        DumpId dump = at.dump();
        SpillwayException why = at.why();
        if (at.isComplete() && at.manifest() != null) {
            if (isInTheFuture(dump)) {
                skipped.add(dump + " is dated in the future");
            } else {
                complete.add(dump);
            }
        } else if (at.state() == DumpState.PRUNED) {
            try {
                going.put(dump, read(dump).files());
            } catch (SpillwayException e) {
                skipped.add(dump + " is partly removed: " + e.getMessage());
            }
        } else if (why != null) {
            skipped.add("%s is %s: %s".formatted(dump, at.state(), why.getMessage()));
        }
    }

    private boolean isInTheFuture(DumpId dump) {
        return dump.instant().isAfter(clock.instant());
    }

    /** The oldest first. */
    private List<DumpId> goes(Set<DumpId> complete, Keep keep) {
        Set<DumpId> kept = keep.retention().keeps(complete);
        Instant limit = clock.instant().minus(keep.grace());
        List<DumpId> goes = new ArrayList<>();
        List<DumpId> all = List.copyOf(complete);
        for (int i = 0; i + 1 < all.size(); i++) {
            boolean superseded = !all.get(i + 1).instant().isAfter(limit);
            if (superseded && !kept.contains(all.get(i))) {
                goes.add(all.get(i));
            }
        }
        return goes;
    }

    /** @return why links could not move, where what they name stays all the same; or null */
    private @Nullable SpillwayException remove(Map<DumpId, List<String>> going, Set<DumpId> complete, Move move)
            throws SpillwayException, InterruptedException {
        Ledger ledger = new Ledger(memory, dataset);
        for (Map.Entry<DumpId, List<String>> each : going.entrySet()) {
            recordPruned(ledger, each.getKey());
            CatalogIndex.announceRemoval(destination, each.getKey());
            if (complete.contains(each.getKey())) {
                mark(each.getKey(), each.getValue());
            }
        }
        SpillwayException failure = null;
        try {
            move.pointers();
        } catch (SpillwayException e) {
            if (e.fault() == Fault.CANCELLED || namesAny(going.keySet())) {
                throw e;
            }
            failure = e;
        }
        for (Map.Entry<DumpId, List<String>> each : going.entrySet()) {
            ObjectKey prefix = ObjectKey.of(each.getKey());
            destination.delete(prefix.child(Manifest.FILE_NAME));
            for (String name : each.getValue()) {
                destination.delete(prefix.child(name));
            }
            destination.delete(prefix.child(Removal.FILE_NAME));
            LOG.info("dump pruned dump={} destination={}", each.getKey(), destination.name());
        }
        return failure;
    }

    /** If the disk is full, a ledger or mark that cannot be written must not prevent freeing space. */
    private void recordPruned(Ledger ledger, DumpId dump) throws SpillwayException {
        try {
            ledger.pruned(dump);
        } catch (SpillwayException e) {
            requireUnavailable(e);
        }
    }

    private void mark(DumpId dump, List<String> files) throws SpillwayException {
        ObjectKey key = ObjectKey.of(dump).child(Removal.FILE_NAME);
        try {
            destination.write(key, ManifestJson.write(new Removal(dump.toString(), files)));
        } catch (SpillwayException e) {
            requireUnavailable(e);
        }
    }

    private static void requireUnavailable(SpillwayException e) throws SpillwayException {
        if (e.fault() != Fault.DESTINATION_UNAVAILABLE) {
            throw e;
        }
        LOG.warn("dump removed without a mark cause=\"{}\"", e.getMessage());
    }

    /** Whether links at the destination name any of these dumps. */
    private boolean namesAny(Set<DumpId> dumps) throws SpillwayException {
        Set<String> named = LinkTargets.at(destination, dataset);
        return dumps.stream().map(DumpId::toString).anyMatch(named::contains);
    }

    private Removal read(DumpId dump) throws SpillwayException {
        ObjectKey key = ObjectKey.of(dump).child(Removal.FILE_NAME);
        Optional<Removal> mark = Inventory.readIfThere(destination, key, 0, Removal.class, "a removal mark");
        return mark.orElse(new Removal(dump.toString(), List.of()));
    }

    /** The destination's name in messages. */
    public String place() {
        return destination.name();
    }

    /**
     * A dump that was or would be pruned.
     *
     * @param dump        its id
     * @param destination its destination
     * @param parts       number of its parts
     * @param bytes       total bytes of its parts
     */
    public record Removed(String dump, String destination, int parts, long bytes) {}
}
