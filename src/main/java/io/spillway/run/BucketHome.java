package io.spillway.run;

import io.spillway.destination.Destination;
import io.spillway.destination.HeldUploads;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Interrupts;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Removal;
import io.spillway.manifest.Withdrawal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bucket in which dumps are made: each part is uploaded as soon as it is complete, and stays unseen until the commit. The
 * state folder holds the parts in progress, the memory and a local lock; a {@link Lease} in the bucket excludes other machines.
 *
 * <p>What protects readers from a process that lost its lease without noticing is the store: every file of a dump that becomes visible is
 * an upload that was begun before the lease was last proved, and a new holder ends all uploads before it does anything else.
 *
 * <p>Thread-safe, for one export of one dataset at a time.
 */
final class BucketHome {
    private static final Logger LOG = LoggerFactory.getLogger(BucketHome.class);
    /** A dump with one of these files was published, or its files stay or go by a decision of the operator. */
    private static final Set<String> DECIDED = Set.of(Manifest.FILE_NAME, Withdrawal.FILE_NAME, Removal.FILE_NAME);

    private final Destination bucket;
    private final HeldUploads uploads;
    private final LocalDirectory work;
    private final Duration period;
    private volatile @Nullable Lease lease;

    /**
     * The caller closes both.
     *
     * @param bucket has the capability {@link HeldUploads} and replaces objects on a condition
     * @param work   in the state folder
     * @param period of the lease
     */
    BucketHome(Destination bucket, LocalDirectory work, Duration period) {
        this.bucket = bucket;
        this.uploads = uploads(bucket);
        this.work = work;
        this.period = period;
    }

    private static HeldUploads uploads(Destination bucket) {
        return bucket.capability(HeldUploads.class)
                .orElseThrow(() -> new IllegalArgumentException(bucket.name() + " cannot hold uploads"));
    }

    Destination bucket() {
        return bucket;
    }

    HeldUploads uploads() {
        return uploads;
    }

    LocalDirectory work() {
        return work;
    }

    /**
     * Tries a lease and an upload that is completed later, under a name of its own that is gone afterwards.
     *
     * @throws SpillwayException one of them does not work
     */
    static void tryOut(Destination bucket) throws SpillwayException {
        String name = ".spillway-check-" + UUID.randomUUID();
        ObjectKey key = new ObjectKey(name).child("part");
        HeldUploads uploads = uploads(bucket);
        try (Lease lease = Lease.take(bucket, name, Lease.PERIOD, "spillway check")) {
            lease.requireHeld();
            Path file = Files.createTempFile("spillway-check-", ".part");
            try {
                String held = uploads.hold(file, key);
                lease.requireHeld();
                StoredObject stored = uploads.complete(held);
                LOG.debug("an upload was completed later key={}", stored.key());
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot write a temporary file: " + e.getMessage(), null, e);
        } finally {
            tidy(() -> bucket.delete(key));
            tidy(() -> bucket.delete(new ObjectKey(name).child(Lease.NAME)));
            tidy(() -> {
                int ended = uploads.abortBelow(new ObjectKey(name));
                LOG.debug("uploads of the check ended count={}", ended);
            });
        }
    }

    /** A step that removes what a check wrote: its failure hides neither the result of the check nor the next step. */
    private static void tidy(Interrupts.Step<SpillwayException> step) {
        try {
            Interrupts.shielded(step);
        } catch (SpillwayException e) {
            LOG.warn("cannot remove what the check wrote cause=\"{}\"", e.getMessage());
        }
    }

    /** Takes the lease of a dataset, which the caller closes. */
    Lease take(String dataset, String holder) throws SpillwayException {
        Lease taken = Lease.take(bucket, dataset, period, holder);
        lease = taken;
        return taken;
    }

    /** The lease; fails if this process has not taken it. */
    Lease lease() throws SpillwayException {
        Lease held = lease;
        if (held == null) {
            throw new SpillwayException(Fault.ALREADY_RUNNING, "this process has no lease in " + bucket.name(), null);
        }
        return held;
    }

    /** Whether this process has taken the lease, and perhaps lost it since. */
    boolean hasLease() {
        return lease != null;
    }

    /**
     * Removes what dead runs left below a dataset: first every unfinished upload, so that nothing becomes visible any more, then
     * the files of a dump whose commit did not end.
     *
     * @return the names of what was removed, for the log
     */
    List<String> sweep(String dataset) throws SpillwayException {
        lease().requireHeld();
        int aborted = uploads.abortBelow(new ObjectKey(dataset));
        String left = lease().committing();
        int removed = 0;
        if (left != null) {
            removed = removeUncommitted(new ObjectKey(left));
            lease().committing(null);
        }
        return aborted + removed == 0
                ? List.of()
                : List.of("%d unfinished uploads, %d files without a manifest".formatted(aborted, removed));
    }

    /**
     * Removes every file of a dump that has no manifest, and nothing of a dump that has one or was withdrawn or pruned. The
     * dump's uploads are ended before, so that its manifest cannot appear meanwhile. The lease still names the dump, so that the
     * next run looks again: a store may complete an upload late.
     *
     * @return the number of files
     */
    int removeUncommitted(ObjectKey dump) throws SpillwayException {
        lease().requireHeld();
        int ended = uploads.abortBelow(dump);
        int removed = 0;
        List<StoredObject> files = bucket.list(dump + "/");
        if (files.stream().noneMatch(file -> DECIDED.contains(file.key().name()))) {
            for (StoredObject file : files) {
                lease().requireHeld();
                bucket.delete(file.key());
                removed++;
            }
        }
        LOG.info("files without a manifest removed dump={} uploads={} files={}", dump, ended, removed);
        return removed;
    }
}
