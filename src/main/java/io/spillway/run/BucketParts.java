package io.spillway.run;

import io.spillway.dataset.DumpId;
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

    private final BucketHome home;
    private final ObjectKey dump;
    private final Queue<String> own = new ConcurrentLinkedQueue<>();
    private volatile boolean committing;
    private volatile boolean kept;

    BucketParts(BucketHome home, DumpId dump) {
        this.home = home;
        this.dump = ObjectKey.of(dump);
    }

    @Override
    public String send(Path file, Part part) throws SpillwayException {
        String sent = home.uploads().hold(file, dump.child(part.name()));
        own.add(sent);
        return sent;
    }

    @Override
    public void commit(List<String> sent) throws SpillwayException {
        List<Callable<ObjectKey>> tasks = new ArrayList<>();
        for (String each : sent) {
            ObjectKey key = home.uploads().heldKey(each);
            if (!key.value().startsWith(dump + "/")) {
                throw new SpillwayException(
                        Fault.INTEGRITY, "%s is not a part of %s".formatted(key, dump), "run the export again");
            }
            tasks.add(() -> {
                home.lease().requireHeld();
                return home.uploads().complete(each).key();
            });
        }
        committing = true;
        home.lease().committing(dump.value());
        try {
            List<ObjectKey> done = Lanes.runAll("commit of " + dump, COMPLETIONS, tasks);
            home.lease().requireHeld();
            int others = home.uploads().abortOthers(dump, List.of());
            LOG.info("parts committed dump={} parts={} other_uploads_ended={}", dump, done.size(), others);
        } catch (InterruptedException e) {
            throw SpillwayException.cancelled("while committing the parts of " + dump, e);
        }
    }

    @Override
    public void keep() {
        kept = true;
        try {
            home.lease().committing(null);
        } catch (SpillwayException e) {
            // The next holder finds the manifest, so that it removes nothing.
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
                for (String each : own) {
                    home.uploads().abort(each);
                }
                if (home.hasLease()) {
                    home.lease().requireHeld();
                    if (committing) {
                        int removed = home.removeUncommitted(dump);
                        LOG.info("parts removed, since the dump was not published dump={} files={}", dump, removed);
                    } else {
                        int others = home.uploads().abortOthers(dump, List.of());
                        LOG.info("uploads ended, since the dump was not published dump={} others={}", dump, others);
                    }
                }
            } catch (SpillwayException e) {
                LOG.warn("parts not removed; the next run removes them dump={} cause=\"{}\"", dump, e.getMessage());
            }
        });
    }
}
