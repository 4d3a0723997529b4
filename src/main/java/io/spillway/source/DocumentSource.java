package io.spillway.source;

import io.spillway.fault.SpillwayException;

/** Where the documents of one dataset come from. Safe for use by one export at a time. */
public interface DocumentSource extends AutoCloseable {

    /** How the source is called in messages, without credentials. */
    String name();

    /** What an export would read, found out without freezing or changing anything. */
    SourceSurvey survey() throws SpillwayException;

    /**
     * Freezes a view of the documents. Cheap: nothing is read yet. The caller closes the snapshot, on every path, as the
     * cluster pays for it while it is open.
     */
    Snapshot freeze() throws SpillwayException, InterruptedException;

    @Override
    void close();
}
