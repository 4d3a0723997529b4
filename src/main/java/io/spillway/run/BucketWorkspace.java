package io.spillway.run;

import io.spillway.dataset.DumpId;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.SpillwayException;
import io.spillway.pipeline.PartNames;
import io.spillway.pipeline.PartStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Work for dumps that are made in a bucket: parts in progress in the state folder, a lock there and a lease in the bucket. */
record BucketWorkspace(BucketHome home) implements Workspace {
    @Override
    public Lock lock(String dataset) throws SpillwayException {
        var local = home.work().lock(dataset);
        Lease lease;
        try {
            lease = home.take(dataset, local.holder());
        } catch (SpillwayException | RuntimeException e) {
            local.close();
            throw e;
        }
        return new Lock() {
            @Override
            public void requireHeld() throws SpillwayException {
                local.requireHeld();
                lease.requireHeld();
            }

            @Override
            public void close() {
                try {
                    lease.close();
                } finally {
                    local.close();
                }
            }
        };
    }

    @Override
    public List<String> sweep(String dataset) throws SpillwayException {
        List<String> removed = new ArrayList<>(home.work().sweep(dataset));
        removed.addAll(home.sweep(dataset));
        return removed;
    }

    @Override
    public Path newFolder(DumpId dump) throws SpillwayException {
        return home.work().newWorkFolder(ObjectKey.of(dump));
    }

    @Override
    public PartNames names() {
        return PartNames.bySlice();
    }

    @Override
    public Optional<PartStore> store(DumpId dump) {
        return Optional.of(new BucketParts(home, dump));
    }

    @Override
    public long usableBytes() throws SpillwayException {
        return home.work().usableBytes();
    }
}
