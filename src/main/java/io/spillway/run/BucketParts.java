package io.spillway.run;

import io.spillway.dataset.DumpId;
import io.spillway.destination.HeldUploads;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Interrupts;
import io.spillway.lanes.Lanes;
import io.spillway.manifest.Part;
import io.spillway.pipeline.PartStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a dump as uploads under their final keys that the commit completes. A process without the lease can send parts;
 * only its holder commits them.
 */
final class BucketParts implements PartStore {
    private static final Logger LOG = LoggerFactory.getLogger(BucketParts.class);

    /** A completion takes three requests of a few milliseconds, most of which is waiting. */
    private static final int COMPLETIONS = 4;

    private final HeldUploads uploads;
    private final @Nullable BucketHome home;
    private final ObjectKey dump;
    private final Queue<String> own = new ConcurrentLinkedQueue<>();
    private volatile boolean committing;
    private volatile boolean kept;

    /** The parts of a dump that this process commits. */
    BucketParts(BucketHome home, DumpId dump) {
        this.uploads = home.uploads();
        this.home = home;
        this.dump = ObjectKey.of(dump);
    }

    /** Parts that this process sends and another one commits. */
    BucketParts(HeldUploads uploads, DumpId dump) {
        this.uploads = uploads;
        this.home = null;
        this.dump = ObjectKey.of(dump);
    }

    @Override
    public String send(Path file, Part part) throws SpillwayException {
        String sent = uploads.hold(file, dump.child(part.name()));
        own.add(sent);
        return sent;
    }

    @Override
    public void adopt(List<String> sent) {
        own.addAll(sent);
    }

    @Override
    public void commit(List<String> sent) throws SpillwayException {
        if (home == null) {
            throw new IllegalStateException("this process has no lease for the parts of " + dump);
        }
        Lease lease = home.lease();
        List<Callable<ObjectKey>> tasks = new ArrayList<>();
        for (String each : sent) {
            ObjectKey key = uploads.heldKey(each);
            if (!key.value().startsWith(dump + "/")) {
                throw new SpillwayException(
                        Fault.INTEGRITY, "%s is not a part of %s".formatted(key, dump), "run the export again");
            }
            tasks.add(() -> {
                lease.requireHeld();
                return uploads.complete(each).key();
            });
        }
        committing = true;
        lease.committing(dump.value());
        try {
            List<ObjectKey> done = Lanes.runAll("commit of " + dump, COMPLETIONS, tasks);
            lease.requireHeld();
            int others = uploads.abortBelow(dump);
            LOG.info("parts committed dump={} parts={} other_uploads_ended={}", dump, done.size(), others);
        } catch (InterruptedException e) {
            throw SpillwayException.cancelled("while committing the parts of " + dump, e);
        }
    }

    @Override
    public void keep() {
        kept = true;
        if (home == null) {
            return;
        }
        try {
            Interrupts.shielded(() -> home.lease().committing(null));
        } catch (SpillwayException e) {
            // The next holder finds the manifest, or the notice of its withdrawal, and removes nothing.
            LOG.info("lease not updated after the commit dump={} cause=\"{}\"", dump, e.getMessage());
        }
    }

    @Override
    public void close() {
        if (kept) {
            return;
        }
        Interrupts.shielded(() -> {
            try {
                if (home == null || isLost(home)) {
                    for (String each : own) {
                        uploads.abort(each);
                    }
                } else {
                    if (committing) {
                        int removed = home.removeUncommitted(dump);
                        LOG.info("the export failed in its commit dump={} files_removed={}", dump, removed);
                    } else {
                        int others = uploads.abortBelow(dump);
                        LOG.info("uploads ended, since the dump was not published dump={} others={}", dump, others);
                    }
                }
            } catch (SpillwayException e) {
                LOG.warn("parts not removed; the next run removes them dump={} cause=\"{}\"", dump, e.getMessage());
            }
        });
    }

    /** Whether another process may be working on the dataset, so that only own uploads may be ended. */
    private static boolean isLost(BucketHome home) {
        try {
            home.lease().requireHeld();
            return false;
        } catch (SpillwayException e) {
            LOG.warn("only own uploads are ended cause=\"{}\"", e.getMessage());
            return true;
        }
    }
}
