package io.spillway.deliver;

import io.spillway.catalog.DumpAt;
import io.spillway.catalog.DumpState;
import io.spillway.catalog.Inventory;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Withdrawal;
import java.util.List;

/** The checks just before and just after a dump is sent to a destination. */
final class DeliveryChecks {
    private DeliveryChecks() {}

    /**
     * Refuses a dump that was not compared with any other, because none was present or the destination was unavailable,
     * if the destination has older dumps: the gate has not compared it with those.
     */
    static void requireCompared(Manifest manifest, Destination home, Destination other) throws SpillwayException {
        if (manifest.previous() != null
                || manifest.accepted() != null
                || !other.traits().keepsSiteFiles()) {
            return;
        }
        List<DumpAt> there = Inventory.of(other, manifest.dataset()).in(DumpState.COMPLETE).stream()
                .filter(each -> each.dump().compareTo(manifest.id()) < 0)
                .toList();
        if (!there.isEmpty()) {
            throw new SpillwayException(
                    Fault.GATE,
                    "the dump waits at %s: it was not compared with any dump, and %s has %s"
                            .formatted(home.name(), other.name(), there.get(0).dump()),
                    "export again to compare with that dump, or send this one with  --deliver-anyway "
                            + manifest.id().stamp());
        }
    }

    /** Whether the destination has a notice of the dump's withdrawal. */
    static boolean isWithdrawn(Destination place, ObjectKey dump) throws SpillwayException {
        return place.find(dump.child(Withdrawal.FILE_NAME)).isPresent();
    }

    /**
     * A withdrawal does not wait for a running delivery of the same dump. It writes its notice before it deletes the
     * manifest, and this method looks for the notice after the manifest was sent. So one of the two deletes the
     * manifest, whatever the order.
     */
    static void requireNotWithdrawn(Manifest manifest, ObjectKey key, Destination home, Destination other)
            throws SpillwayException {
        if (isWithdrawn(home, key) || isWithdrawn(other, key)) {
            if (other.traits().keepsSiteFiles()) {
                other.delete(key.child(Manifest.FILE_NAME));
            }
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    "%s was withdrawn while it was being sent to %s".formatted(manifest.dump(), other.name()),
                    "nothing to do; the next run removes its files there");
        }
    }

    /**
     * Checks for every file of the dump: another process may have removed its parts as orphans before the manifest
     * arrived. That process looks for the manifest after removing parts, and this method looks for parts after sending
     * the manifest, so at least one of the two notices ({@link Orphans}).
     */
    static void requireWhole(Manifest manifest, ObjectKey key, Destination other) throws SpillwayException {
        List<String> missing = Arrival.missing(manifest, key, other);
        if (!missing.isEmpty()) {
            other.delete(key.child(Manifest.FILE_NAME));
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "another process removed files of %s from %s while the dump was being sent: %s"
                            .formatted(manifest.dump(), other.name(), String.join(", ", missing)),
                    "allow only one machine to publish %s there".formatted(manifest.dataset()));
        }
    }
}
