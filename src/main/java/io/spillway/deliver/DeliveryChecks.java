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

/** What is looked at just before and just after a dump is sent to a destination. */
final class DeliveryChecks {
    private DeliveryChecks() {}

    /**
     * A dump that was compared with nothing, as nothing was there or the destination was away, does not follow one that the
     * gate has never seen.
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
                    "it waits at %s, as it was compared with nothing, and %s has %s"
                            .formatted(home.name(), other.name(), there.get(0).dump()),
                    "export again, which compares with that dump, or send this one with  --deliver-anyway "
                            + manifest.id().stamp());
        }
    }

    /** Whether a notice there says so. */
    static boolean isWithdrawn(Destination place, ObjectKey dump) throws SpillwayException {
        return place.find(dump.child(Withdrawal.FILE_NAME)).isPresent();
    }

    /**
     * A withdrawal does not wait for a delivery of the same dump. It writes its notice before it deletes the manifest, and
     * this looks for the notice after it has sent the manifest: whatever the order, one of the two deletes it.
     */
    static void requireNotWithdrawn(Manifest manifest, ObjectKey key, Destination home, Destination other)
            throws SpillwayException {
        if (isWithdrawn(home, key) || isWithdrawn(other, key)) {
            if (other.traits().keepsSiteFiles()) {
                other.delete(key.child(Manifest.FILE_NAME));
            }
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    "%s was withdrawn while it was sent to %s".formatted(manifest.dump(), other.name()),
                    "nothing is left to do; the next run removes its files there");
        }
    }

    /**
     * Looks for every file of the dump: another process may have taken its parts for left-overs of a dead run and removed
     * them before the manifest was there. That process looks for the manifest after it has removed parts, and this looks for
     * parts after it has sent the manifest, so that at least one of the two finds out ({@link Orphans}).
     */
    static void requireWhole(Manifest manifest, ObjectKey key, Destination other) throws SpillwayException {
        List<String> missing = Arrival.missing(manifest, key, other);
        if (!missing.isEmpty()) {
            other.delete(key.child(Manifest.FILE_NAME));
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "another process removed files of %s from %s while the dump was sent: %s"
                            .formatted(manifest.dump(), other.name(), String.join(", ", missing)),
                    "let only one machine publish %s there".formatted(manifest.dataset()));
        }
    }
}
