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

    @Override
    void close();
}
