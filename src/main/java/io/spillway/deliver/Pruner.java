package io.spillway.deliver;

import io.spillway.catalog.DumpAt;
import io.spillway.catalog.DumpState;
import io.spillway.catalog.Inventory;
import io.spillway.catalog.LatestFile;
import io.spillway.catalog.Ledger;
import io.spillway.catalog.LinksFile;
import io.spillway.catalog.Listing;
import io.spillway.catalog.Memory;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.Upload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Removal;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retention of one dataset at one destination. Only complete dumps count: one that is damaged, unreadable or dated in the
 * future neither keeps another from staying nor is removed itself. First each dump that goes is marked, so that no catalog
 * lists it; then links move; then its manifest goes, and then its files. A run that was broken off is completed by the next.
 * Only files that a manifest of Spillway names are removed.
 *
 * <p>The caller holds the dataset's lock. Thread-safe as its destination is.
 */
public final class Pruner {
    private static final Logger LOG = LoggerFactory.getLogger(Pruner.class);

    private final Destination destination;
    private final String dataset;
    private final Clock clock;
    private final Memory memory;

    /**
     * The dumps of a dataset at a destination, which stays the caller's to close.
     *
     * @param clock  says which dumps are dated in the future, and how long others were superseded
     * @param memory learns which dumps are pruned, so that none of them is sent to a destination again
     */
    public Pruner(Destination destination, String dataset, Clock clock, Memory memory) {
        this.destination = destination;
        this.dataset = dataset;
        this.clock = clock;
        this.memory = memory;
    }

    /**
     * Which dumps stay.
     *
     * @param retention the rules
     * @param grace     how long a dump stays, whatever the rules say, after the snapshot of the dump that followed it, so
     *                  that a download under way ends; 0 or more
     */
    public record Keep(Retention retention, Duration grace) {}

    /** Moves what points at dumps at this destination. */
    @FunctionalInterface
    public interface Move {
        /** For callers without pointers. */
        Move NONE = () -> {};

        /** Moves all of it. */
        void pointers() throws SpillwayException, InterruptedException;
    }

    /**
     * What came of it.
     *
     * @param removed  the dumps that were removed, or would be, the oldest first
     * @param passedOver dumps that neither count nor go, each with the reason, for people
     * @param failure  why links could not move, though what they name is there; or null
     */
    public record Outcome(
            List<Removed> removed,
            List<String> passedOver,
            @Nullable SpillwayException failure) {
        /** Takes copies. */
        public Outcome {
            removed = List.copyOf(removed);
            passedOver = List.copyOf(passedOver);
        }
    }

    /**
     * Removes the dumps that the rules do not keep, and completes removals that were broken off.
     *
     * @param dryRun says what would be removed, and removes nothing
     * @throws SpillwayException as {@link Fault#DESTINATION_REFUSED} where no dump is found at all: then something else is
     *                           wrong, and nothing is removed
     */
    public Outcome prune(Keep keep, boolean dryRun, Move move) throws SpillwayException, InterruptedException {
        Inventory inventory = restored(Inventory.of(destination, dataset), dryRun);
        if (inventory.dumps().isEmpty()) {
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    "no dump of %s is in %s, so nothing is pruned".formatted(dataset, destination.name()),
                    "is that the right place, and may this user list it?");
        }
        List<String> passedOver = new ArrayList<>();
        Map<DumpId, Manifest> complete = new TreeMap<>();
        Map<DumpId, List<String>> going = new TreeMap<>();
        for (DumpId dump : inventory.dumps()) {
            DumpAt at = inventory.at(dump);
            sort(at, complete, going, passedOver);
        }
        List<Removed> removed = new ArrayList<>();
        for (DumpId dump : goes(complete, keep)) {
            Manifest manifest = complete.get(dump);
            if (manifest != null) {
                going.put(dump, Inventory.filesOf(manifest));
                removed.add(new Removed(
                        dump.toString(), destination.name(), manifest.parts().size(), manifest.bytes()));
            }
        }
        // Where a dump is damaged, links may still name it.
        boolean idle = going.isEmpty() && passedOver.isEmpty();
        SpillwayException failure = dryRun || idle ? null : remove(going, complete, move);
        return new Outcome(removed, passedOver, failure);
    }

    /** Where no dump is complete any more, dumps whose removal was broken off early stay after all. */
    private Inventory restored(Inventory inventory, boolean dryRun) throws SpillwayException {
        if (dryRun || !inventory.in(DumpState.COMPLETE).isEmpty()) {
            return inventory;
        }
        boolean restored = false;
        for (DumpAt marked : inventory.in(DumpState.PRUNED)) {
            if (marked.names().contains(Manifest.FILE_NAME)) {
                destination.delete(ObjectKey.of(marked.dump()).child(Removal.FILE_NAME));
                restored = true;
            }
        }
        return restored ? Inventory.of(destination, dataset) : inventory;
    }

    private void sort(
            DumpAt at, Map<DumpId, Manifest> complete, Map<DumpId, List<String>> going, List<String> passedOver) {
        DumpId dump = at.dump();
        SpillwayException why = at.why();
        if (at.isComplete() && at.manifest() != null) {
            if (dump.instant().isAfter(clock.instant())) {
                passedOver.add(dump + " is dated in the future");
            } else {
                complete.put(dump, at.manifest());
            }
        } else if (at.state() == DumpState.PRUNED) {
            try {
                going.put(dump, read(dump).files());
            } catch (SpillwayException e) {
                passedOver.add(dump + " is half removed: " + e.getMessage());
            }
        } else if (why != null) {
            passedOver.add("%s is %s: %s".formatted(dump, at.state(), why.getMessage()));
        }
    }

    /** The oldest first. */
    private List<DumpId> goes(Map<DumpId, Manifest> complete, Keep keep) {
        Set<DumpId> kept = keep.retention().keeps(complete.keySet());
        Instant limit = clock.instant().minus(keep.grace());
        List<DumpId> goes = new ArrayList<>();
        List<DumpId> all = List.copyOf(complete.keySet());
        for (int i = 0; i + 1 < all.size(); i++) {
            boolean superseded = !all.get(i + 1).instant().isAfter(limit);
            if (superseded && !kept.contains(all.get(i))) {
                goes.add(all.get(i));
            }
        }
        return goes;
    }

    /** @return why links could not move, where what they name stays all the same; or null */
    private @Nullable SpillwayException remove(
            Map<DumpId, List<String>> going, Map<DumpId, Manifest> complete, Move move)
            throws SpillwayException, InterruptedException {
        Ledger ledger = new Ledger(memory, dataset);
        for (Map.Entry<DumpId, List<String>> each : going.entrySet()) {
            remember(ledger, each.getKey());
            if (complete.containsKey(each.getKey())) {
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

    /** A memory or a mark that a full disk does not take must not keep space from being freed. */
    private void remember(Ledger ledger, DumpId dump) throws SpillwayException {
        try {
            ledger.pruned(dump);
        } catch (SpillwayException e) {
            requireUnavailable(e);
        }
    }

    private void mark(DumpId dump, List<String> files) throws SpillwayException {
        ObjectKey key = ObjectKey.of(dump).child(Removal.FILE_NAME);
        try (Upload upload = destination.begin(key)) {
            upload.body().write(ManifestJson.write(new Removal(dump.toString(), files)));
            upload.commit();
        } catch (IOException e) {
            LOG.warn("removed without a mark dump={} cause=\"{}\"", dump, e.getMessage());
        } catch (SpillwayException e) {
            requireUnavailable(e);
        }
    }

    private static void requireUnavailable(SpillwayException e) throws SpillwayException {
        if (e.fault() != Fault.DESTINATION_UNAVAILABLE) {
            throw e;
        }
        LOG.warn("removed without a mark cause=\"{}\"", e.getMessage());
    }

    /** Whether links at the destination name any of these dumps. */
    private boolean namesAny(Set<DumpId> dumps) throws SpillwayException {
        Set<String> named = new HashSet<>();
        ObjectKey latest = new ObjectKey(dataset).child(LatestFile.FILE_NAME);
        ObjectKey links = new ObjectKey(LinksFile.FILE_NAME);
        if (destination.find(latest).isPresent()) {
            try (InputStream in = destination.open(latest)) {
                named.add(LatestFile.read(in, latest.value()).dump());
            } catch (IOException e) {
                throw unreadable(latest, e);
            }
        }
        if (destination.find(links).isPresent()) {
            try (InputStream in = destination.open(links)) {
                LinksFile.read(in, links.value()).datasets().stream()
                        .map(Listing::dump)
                        .forEach(named::add);
            } catch (IOException e) {
                throw unreadable(links, e);
            }
        }
        return dumps.stream().map(DumpId::toString).anyMatch(named::contains);
    }

    private SpillwayException unreadable(ObjectKey key, IOException e) {
        return new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE,
                "cannot read %s/%s: %s".formatted(destination.name(), key, e.getMessage()),
                "try again",
                e);
    }

    private Removal read(DumpId dump) throws SpillwayException {
        ObjectKey key = ObjectKey.of(dump).child(Removal.FILE_NAME);
        Optional<Removal> mark = Inventory.readIfThere(destination, key, 0, Removal.class, "the mark of a removal");
        return mark.orElse(new Removal(dump.toString(), List.of()));
    }

    /** How the destination is called in messages. */
    public String place() {
        return destination.name();
    }

    /**
     * A dump that was pruned, or would be.
     *
     * @param dump        its id
     * @param destination where
     * @param parts       how many files of documents it has
     * @param bytes       of those files
     */
    public record Removed(String dump, String destination, int parts, long bytes) {}
}
