package io.spillway.run;

import io.spillway.dataset.DumpId;
import io.spillway.fault.SpillwayException;
import io.spillway.pipeline.PartNames;
import io.spillway.pipeline.PartStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where parts are kept until they are published, and the lock for working there. Thread-safe. */
public interface Workspace {

    /**
     * Makes this the only export of a dataset, until the lock is closed or the process ends in any way.
     *
     * @throws SpillwayException {@code ALREADY_RUNNING}, naming the holder
     */
    Lock lock(String dataset) throws SpillwayException;

    /** Removes left-overs of crashed runs; the caller holds the lock. Returns the removed names. */
    List<String> sweep(String dataset) throws SpillwayException;

    /** Creates an empty folder for a dump's files, which is not visible as a dump; the caller removes it. */
    Path newFolder(DumpId dump) throws SpillwayException;

    /** How the parts of a dump are named here. */
    default PartNames names() {
        return PartNames.numbered();
    }

    /**
     * Where the complete parts of a dump go at once, which the caller closes; empty if they stay in the folder until the dump is
     * published.
     */
    default Optional<PartStore> store(DumpId dump) {
        return Optional.empty();
    }

    /** Free bytes here. */
    long usableBytes() throws SpillwayException;

    /** Held by one export of a dataset. */
    interface Lock extends AutoCloseable {
        /**
         * Fails with {@code ALREADY_RUNNING}, naming the new holder, if another process has taken the lock because this
         * one did not respond for too long. Does nothing if that cannot happen.
         */
        default void requireHeld() throws SpillwayException {}

        @Override
        void close();
    }
}
