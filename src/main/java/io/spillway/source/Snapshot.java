package io.spillway.source;

import io.spillway.fault.SpillwayException;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import java.time.Instant;
import java.util.List;

/**
 * A frozen view of one dataset. Its slices may be read by several threads at once; they are disjoint and together hold
 * every document once. Closing it frees the view, whatever state the readers are in, and never fails.
 */
public interface Snapshot extends AutoCloseable {

    /** When it was taken: everything that was visible to a search at this instant is in it. */
    Instant takenAt();

    /** What it was taken of. */
    SourceDescription description();

    /** Documents in this snapshot, counted once, exactly, on the snapshot itself. */
    long documents();

    /**
     * Counts the documents of this snapshot again, so that a wrong first count cannot agree with documents that were lost
     * later. To be called when everything was read; {@link #documents()} where the source cannot count again.
     *
     * @throws SpillwayException    they could not be counted, after every retry
     * @throws InterruptedException the thread was interrupted
     */
    default long recount() throws SpillwayException, InterruptedException {
        return documents();
    }

    /** The slices, in the order of their numbers; empty ones may be among them. At least one. */
    List<Slice> slices();

    /** How many slices may be read at the same time without being impolite. At least 1. */
    int lanes();

    /** Reads one slice from its start. The reader belongs to the calling thread, which closes it. */
    PageReader read(Slice slice, StageClock clock, Progress progress) throws SpillwayException;

    @Override
    void close();
}
