package io.spillway.deliver;

import io.spillway.catalog.DumpAt;
import io.spillway.catalog.DumpState;
import io.spillway.catalog.Inventory;
import io.spillway.catalog.Ledger;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Withdrawal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Determines which dumps at home still have to be sent where, and what prevents each of them. Queries every destination
 * once and changes nothing. Used once.
 */
final class Pending {
    private static final Logger LOG = LoggerFactory.getLogger(Pending.class);

    private final Destination home;
    private final boolean spooled;
    private final List<Destination> others;
    private final Terms terms;
    private final Ledger ledger;
    private final Inventory atHome;
    private final Map<Destination, Inventory> inventories = new LinkedHashMap<>();
    private final Map<Destination, SpillwayException> unavailable = new LinkedHashMap<>();

    /** @throws SpillwayException if home cannot be listed */
    Pending(Destination home, boolean spooled, List<Destination> others, Terms terms, String dataset)
            throws SpillwayException {
        this.home = home;
        this.spooled = spooled;
        this.others = others;
        this.terms = terms;
        this.ledger = new Ledger(terms.memory(), dataset);
        this.atHome = Inventory.of(home, dataset);
        for (Destination other : others) {
            if (other.traits().keepsSiteFiles()) {
                try {
                    inventories.put(other, Inventory.of(other, dataset));
                } catch (SpillwayException e) {
                    requireNotCancelled(e);
                    unavailable.put(other, e);
                }
            }
        }
    }

    /**
     * A dump at home.
     *
     * @param manifest its manifest
     * @param lacks    the destinations that lack it; empty if every destination has it or must not receive it any more
     */
    record Step(Manifest manifest, List<Lack> lacks) {}

    /**
     * A destination that lacks a dump.
     *
     * @param place the destination
     * @param why   what prevents sending it now, or null if it is to be sent
     */
    record Lack(Destination place, @Nullable SpillwayException why) {}

    /**
     * The dumps that are complete at home and not known to be delivered everywhere, oldest first: from a spool all of
     * them, from a directory that is itself a destination only the newest. For a spool this includes dumps that have
     * lost files and that no destination lacks.
     *
     * @throws SpillwayException if a manifest at home cannot be read now
     */
    List<Step> steps() throws SpillwayException {
        List<Step> steps = new ArrayList<>();
        for (DumpId dump : atHome.dumps()) {
            DumpAt at = at(dump);
            Manifest manifest = at.manifest();
            if (manifest == null) {
                continue;
            }
            List<Lack> lacks = lacks(manifest);
            if (at.isComplete() || (spooled && lacks.isEmpty())) {
                steps.add(new Step(manifest, lacks));
            } else {
                LOG.warn("dump not delivered: files are missing at home dump={}", dump);
            }
            if (at.isComplete() && !spooled) {
                break;
            }
        }
        Collections.reverse(steps);
        return steps;
    }

    /** A dump at home, without a manifest if it was delivered from the spool earlier. */
    private DumpAt at(DumpId dump) throws SpillwayException {
        if (spooled && atHome.filesOf(dump).equals(List.of(Manifest.FILE_NAME))) {
            return new DumpAt(dump, DumpState.PENDING, null, Map.of(), null);
        }
        DumpAt at = atHome.at(dump);
        SpillwayException why = at.why();
        if (at.state() == DumpState.UNREADABLE && why != null) {
            throw why;
        } else if (at.state() == DumpState.DAMAGED && why != null && at.manifest() == null) {
            LOG.warn("dump not delivered: it is damaged dump={} cause=\"{}\"", dump, why.getMessage());
        }
        return at;
    }

    private List<Lack> lacks(Manifest manifest) throws SpillwayException {
        DumpId dump = manifest.id();
        Ledger.Entry entry = ledger.of(dump);
        if (entry.pruned() || isWithdrawn(dump)) {
            return List.of();
        }
        List<Lack> lacks = new ArrayList<>();
        for (Destination other : others) {
            SpillwayException away = unavailable.get(other);
            Inventory inventory = inventories.get(other);
            if (away != null) {
                lacks.add(new Lack(other, away));
            } else if (inventory == null
                    ? !archiveHas(other, dump, lacks)
                    : lacks(inventory, other, manifest, entry, lacks)) {
                lacks.add(new Lack(other, reasonToWait(dump, entry)));
            }
        }
        return lacks;
    }

    private boolean lacks(
            Inventory inventory, Destination other, Manifest manifest, Ledger.Entry entry, List<Lack> lacks)
            throws SpillwayException {
        DumpId dump = manifest.id();
        DumpAt at = inventory.at(dump);
        Manifest there = at.manifest();
        if (at.isComplete() && there != null && !Arrival.isSame(manifest, there)) {
            lacks.add(new Lack(other, Arrival.nameTaken(manifest, other)));
        }
        if (at.state() == DumpState.UNREADABLE) {
            lacks.add(new Lack(other, at.why()));
        }
        if (at.state() != DumpState.ABSENT && at.state() != DumpState.PENDING) {
            return false;
        }
        List<DumpAt> complete = inventory.in(DumpState.COMPLETE);
        boolean removedThere = entry.arrived().contains(other.name()) && !complete.isEmpty();
        boolean overtaken =
                !spooled && complete.stream().anyMatch(each -> each.dump().compareTo(dump) > 0);
        return !removedThere && !overtaken;
    }

    /** An archive cannot be listed by dataset. If it does not answer, it is added to {@code lacks}. */
    private static boolean archiveHas(Destination other, DumpId dump, List<Lack> lacks) throws SpillwayException {
        ObjectKey key = ObjectKey.of(dump);
        try {
            return other.find(key.child(Manifest.FILE_NAME)).isPresent()
                    || other.find(key.child(Withdrawal.FILE_NAME)).isPresent();
        } catch (SpillwayException e) {
            requireNotCancelled(e);
            lacks.add(new Lack(other, e));
            return true;
        }
    }

    private boolean isWithdrawn(DumpId dump) throws SpillwayException {
        for (Inventory inventory : inventories.values()) {
            if (inventory.at(dump).state() == DumpState.WITHDRAWN) {
                return true;
            }
        }
        return false;
    }

    /** Why a dump that a destination lacks is not sent there, or null if it may be sent. */
    private @Nullable SpillwayException reasonToWait(DumpId dump, Ledger.Entry entry) {
        if (terms.anyway().contains(dump)) {
            return null;
        }
        if (!terms.configuration().equals(entry.configuration())) {
            return new SpillwayException(
                    Fault.FIELD_POLICY,
                    "the dump waits at %s: %s"
                            .formatted(
                                    home.name(),
                                    entry.configuration() == null
                                            ? "the configuration that it was made with is unknown"
                                            : "it was made with other fields, formats or another source than the schedule"
                                                    + " has now"),
                    "send it with  --deliver-anyway %s , or withdraw it with  spillway withdraw"
                            .formatted(dump.stamp()));
        }
        for (Map.Entry<Destination, SpillwayException> each : unavailable.entrySet()) {
            return new SpillwayException(
                    each.getValue().fault(),
                    "the dump waits: cannot determine at %s whether it is withdrawn: %s"
                            .formatted(each.getKey().name(), each.getValue().getMessage()),
                    each.getValue().hint(),
                    each.getValue());
        }
        return null;
    }

    private static void requireNotCancelled(SpillwayException e) throws SpillwayException {
        if (e.fault() == Fault.CANCELLED) {
            throw e;
        }
    }
}
