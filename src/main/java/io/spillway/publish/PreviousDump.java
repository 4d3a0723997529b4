package io.spillway.publish;

import io.spillway.catalog.DumpAt;
import io.spillway.catalog.DumpState;
import io.spillway.catalog.Inventory;
import io.spillway.catalog.Ledger;
import io.spillway.catalog.Memory;
import io.spillway.dataset.DumpId;
import io.spillway.deliver.Deliveries;
import io.spillway.destination.Destination;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
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
 * The dump before a new one, from what every destination and the memory at home know: the newest that is not withdrawn, at
 * whichever of them its manifest reads. Thread-safe as its destinations are.
 */
public final class PreviousDump {
    private static final Logger LOG = LoggerFactory.getLogger(PreviousDump.class);

    private final Destination home;
    private final Set<Destination> places = new LinkedHashSet<>();
    private final Memory memory;

    /**
     * Looks at these destinations, which stay the caller's to close.
     *
     * @param home   is looked at first
     * @param places where readers find dumps; archives, which cannot be listed by dataset, are left out
     * @param memory knows the newest dump that was made from here
     */
    PreviousDump(Destination home, List<? extends Destination> places, Memory memory) {
        this.home = home;
        this.memory = memory;
        this.places.add(home);
        places.stream().filter(place -> place.traits().keepsSiteFiles()).forEach(this.places::add);
    }

    /**
     * What was found.
     *
     * @param manifest the newest dump whose manifest reads, or null where there is none
     * @param blind    why a newer one may have been overlooked, for people; empty where none was
     */
    public record Found(@Nullable Manifest manifest, List<String> blind) {
        /** Takes a copy. */
        public Found {
            blind = List.copyOf(blind);
        }

        /** The dump before, or empty where there is none. */
        public Optional<Manifest> dump() {
            return Optional.ofNullable(manifest);
        }
    }

    /**
     * Looks for the dump before. A destination that does not answer is left out: what it has is compared with when a dump is
     * sent there ({@link Deliveries}). Costs one listing at each destination and, where nothing is wrong, one object.
     *
     * @param next the dump that is being made, or null where none is; a damaged dump that is dated later does not count
     * @throws SpillwayException home cannot be listed, or the call was cancelled
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
                LOG.warn("the gate does not see destination={} cause=\"{}\"", place.name(), e.getMessage());
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
                LOG.warn("passed over, it is dated later dump={} cause=\"{}\"", dump, why.getMessage());
            } else {
                blind.add(String.valueOf(why.getMessage()));
            }
        }
        return Optional.empty();
    }
}
