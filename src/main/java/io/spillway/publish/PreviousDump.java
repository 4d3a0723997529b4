package io.spillway.publish;

import io.spillway.catalog.DumpAt;
import io.spillway.catalog.DumpState;
import io.spillway.catalog.Inventory;
import io.spillway.catalog.Ledger;
import io.spillway.catalog.Memory;
import io.spillway.dataset.DumpId;
import io.spillway.deliver.Deliveries;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Withdrawal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the dump before a new one, from all destinations and the ledger at home: the newest dump that is not withdrawn
 * and whose manifest is readable at one of them. Thread-safe if its destinations are.
 */
public final class PreviousDump {
    private static final Logger LOG = LoggerFactory.getLogger(PreviousDump.class);

    private final Destination home;
    private final Set<Destination> places = new LinkedHashSet<>();
    private final Memory memory;

    /**
     * The caller closes the destinations.
     *
     * @param home   is searched first
     * @param places destinations with dumps for readers; archives are skipped, because they cannot be listed by dataset
     * @param memory contains the newest dump that was made from here
     */
    PreviousDump(Destination home, List<? extends Destination> places, Memory memory) {
        this.home = home;
        this.memory = memory;
        this.places.add(home);
        places.stream().filter(place -> place.traits().keepsSiteFiles()).forEach(this.places::add);
    }

    /**
     * The result of a search.
     *
     * @param manifest of the newest dump with a readable manifest, or null if there is none
     * @param blind    reasons why a newer dump may have been missed, for people; empty if none was
     */
    public record Found(@Nullable Manifest manifest, List<String> blind) {
        /** Makes a defensive copy. */
        public Found {
            blind = List.copyOf(blind);
        }

        /** The previous dump; empty if there is none. */
        public Optional<Manifest> dump() {
            return Optional.ofNullable(manifest);
        }
    }

    /**
     * Looks for the dump before. A destination that does not answer is left out if home, the memory or another destination
     * that answers knows the dataset: what it has is compared with when a dump is sent there ({@link Deliveries}). If none of
     * them does, this may be the first dump, or home may be new and the dumps may be where no answer comes from, so that the
     * gate is blind. Costs one listing at each destination and, where nothing is wrong, one object.
     *
     * @param next the dump that is being made, or null; damaged dumps dated later than it are ignored
     * @throws SpillwayException if home cannot be listed or the call was cancelled
     */
    Found of(String dataset, @Nullable DumpId next) throws SpillwayException {
        List<Inventory> inventories = new ArrayList<>();
        for (Destination place : places) {
            try {
                inventories.add(Inventory.of(place, dataset));
            } catch (SpillwayException e) {
                if (place == home || e.fault() == Fault.CANCELLED) {
                    throw e;
                }
                LOG.warn("the gate cannot read destination={} cause=\"{}\"", place.name(), e.getMessage());
            }
        }
        Manifest remembered = new Ledger(memory, dataset).newest().orElse(null);
        List<String> blind = new ArrayList<>();
        Set<DumpId> withdrawn = withdrawn(inventories);
        for (DumpId dump : newestFirst(inventories, remembered)) {
            if (!withdrawn.contains(dump)) {
                Optional<Manifest> manifest = manifest(inventories, dump, remembered, next, blind);
                if (manifest.isPresent()) {
                    return new Found(manifest.get(), blind);
                }
            }
        }
        return new Found(null, blind);
    }

    /**
     * Whether a dump has a withdrawal notice now. A destination that does not answer has none: the next run completes a
     * withdrawal that is known only there.
     *
     * @throws SpillwayException if home does not answer or the call was cancelled
     */
    boolean isWithdrawn(DumpId dump) throws SpillwayException {
        for (Destination place : places) {
            try {
                if (place.find(ObjectKey.of(dump).child(Withdrawal.FILE_NAME)).isPresent()) {
                    return true;
                }
            } catch (SpillwayException e) {
                if (place == home || e.fault() == Fault.CANCELLED) {
                    throw e;
                }
                LOG.warn(
                        "cannot look for a withdrawal notice destination={} cause=\"{}\"",
                        place.name(),
                        e.getMessage());
            }
        }
        return false;
    }

    private static Set<DumpId> withdrawn(List<Inventory> inventories) {
        Set<DumpId> withdrawn = new HashSet<>();
        for (Inventory inventory : inventories) {
            for (DumpId dump : inventory.dumps()) {
                if (inventory.isWithdrawn(dump)) {
                    withdrawn.add(dump);
                }
            }
        }
        return withdrawn;
    }

    private static Set<DumpId> newestFirst(List<Inventory> inventories, @Nullable Manifest remembered) {
        TreeSet<DumpId> dumps = new TreeSet<>();
        inventories.forEach(inventory -> dumps.addAll(inventory.dumps()));
        if (remembered != null) {
            dumps.add(remembered.id());
        }
        return dumps.descendingSet();
    }

    private static Optional<Manifest> manifest(
            List<Inventory> inventories,
            DumpId dump,
            @Nullable Manifest remembered,
            @Nullable DumpId next,
            List<String> blind)
            throws SpillwayException {
        SpillwayException why = null;
        for (Inventory inventory : inventories) {
            DumpAt at = inventory.at(dump);
            if (at.manifest() != null) {
                return Optional.of(at.manifest());
            } else if (at.state() == DumpState.DAMAGED || at.state() == DumpState.UNREADABLE) {
                why = at.why();
            }
        }
        if (remembered != null && remembered.id().equals(dump)) {
            return Optional.of(remembered);
        }
        if (why != null) {
            if (next != null && dump.compareTo(next) > 0) {
                LOG.warn("skipping unreadable dump with a later date dump={} cause=\"{}\"", dump, why.getMessage());
            } else {
                blind.add(String.valueOf(why.getMessage()));
            }
        }
        return Optional.empty();
    }
}
