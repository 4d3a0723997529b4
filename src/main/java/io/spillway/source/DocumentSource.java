package io.spillway.source;

import io.spillway.fault.SpillwayException;
import io.spillway.source.SourceSurvey.KeptSnapshot;
import java.util.List;

/** The source of one dataset's documents. Used by one export at a time. */
public interface DocumentSource extends AutoCloseable {

    /** The source's name in messages, without credentials. */
    String name();

    /** Determines what an export would read, without taking a snapshot or changing anything. */
    SourceSurvey survey() throws SpillwayException;

    /**
     * The snapshots that the source keeps, the newest first, none of them marked as read; empty if each export takes its own,
     * which needs no request.
     */
    default List<KeptSnapshot> snapshots() throws SpillwayException {
        return List.of();
    }

    /**
     * Takes a snapshot of the documents. Cheap: nothing is read yet. The caller closes the snapshot on every path,
     * because an open one costs the cluster resources.
     */
    Snapshot freeze() throws SpillwayException, InterruptedException;

    /**
     * Reads a snapshot that another process has frozen and keeps open. The caller closes the result, which does not release the
     * snapshot; nor is the snapshot kept alive, except by its pages.
     *
     * @param readers number of such snapshots that this process reads at once, at least 1, which share its heap
     * @throws SpillwayException {@code SNAPSHOT_LOST} if it no longer exists; {@code CONFIG} if this process has other settings
     * @throws UnsupportedOperationException if the source cannot be read from other processes
     */
    default Snapshot reopen(SnapshotHandle handle, int readers) throws SpillwayException, InterruptedException {
        throw new UnsupportedOperationException(name() + " cannot be read from another process");
    }

    @Override
    void close();
}
