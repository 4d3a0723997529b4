package io.spillway.run;

import io.spillway.dataset.DumpId;
import io.spillway.fault.SpillwayException;
import java.nio.file.Path;
import java.util.List;

/** Where parts lie until they are published, and who may work there. Thread-safe. */
public interface Workspace {

    /**
     * Makes this the only export of a dataset, until the lock is closed or the process ends in whatever way.
     *
     * @throws SpillwayException as {@code ALREADY_RUNNING}, naming who holds it
     */
    Lock lock(String dataset) throws SpillwayException;

    /** Removes what dead runs have left; the caller holds the lock. Returns the names of what was removed. */
    List<String> sweep(String dataset) throws SpillwayException;

    /** A new empty folder for a dump's files, which nobody takes for a dump; the caller removes it. */
    Path newFolder(DumpId dump) throws SpillwayException;

    /** Bytes that can still be written here. */
    long usableBytes() throws SpillwayException;

    /** Held by one export of a dataset. */
    interface Lock extends AutoCloseable {
        /**
         * Fails as {@code ALREADY_RUNNING}, naming the new holder, if somebody else has taken the lock over meanwhile:
         * who has not been heard from for long may count as dead. Where that cannot happen, does nothing.
         */
        default void requireHeld() throws SpillwayException {}

        @Override
        void close();
    }
}
