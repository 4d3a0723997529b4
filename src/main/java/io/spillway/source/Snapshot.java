package io.spillway.source;

import io.spillway.fault.SpillwayException;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A frozen view of one dataset. Its slices may be read by several threads in parallel; they are disjoint and together
 * contain every document once. Closing it releases the view, whatever the state of its readers, and never fails.
 */
public interface Snapshot extends AutoCloseable {

    /** When it was taken: it contains everything that was visible to a search at this instant. */
    Instant takenAt();

    /** Its source. */
    SourceDescription description();

    /** Number of documents in this snapshot, counted exactly, once, on the snapshot itself. */
    long documents();

    /**
     * Counts the documents of this snapshot again, so that a wrong first count cannot match documents that were lost
     * later. Call it after everything was read. Returns {@link #documents()} if the source cannot count again.
     *
     * @throws SpillwayException if they could not be counted after all retries
     * @throws InterruptedException if the thread was interrupted
     */
    default long recount() throws SpillwayException, InterruptedException {
        return documents();
    }

    /** What was fetched from a store of files so far; null for a source that has none, and counts its requests for pages. */
    default @Nullable Fetched fetched() {
        return null;
    }

    /**
     * Describes this snapshot, so that other processes can read its slices with {@link DocumentSource#reopen} while it is open.
     *
     * @throws UnsupportedOperationException if the source cannot be read from other processes
     */
    default SnapshotHandle handle() {
        throw new UnsupportedOperationException("this snapshot cannot be read from another process");
    }

    /**
     * What this process has learnt by reading that the process which froze the snapshot needs to know, as text for its {@link
     * #learn}: the newest names of points in time, the files whose checksums were compared. Empty if there is nothing.
     */
    default String learned() {
        return "";
    }

    /** Takes what another process has {@linkplain #learned learnt}; call it before {@link #recount} and {@link #close}. Thread-safe. */
    default void learn(String learned) throws SpillwayException {}

    /** The slices in the order of their numbers, at least one; some may be empty. */
    List<Slice> slices();

    /** Number of slices that may be read in parallel without overloading the source. At least 1. */
    int lanes();

    /** Reads one slice from its start. The reader belongs to the calling thread, which closes it. */
    PageReader read(Slice slice, StageClock clock, Progress progress) throws SpillwayException;

    @Override
    void close();
}
