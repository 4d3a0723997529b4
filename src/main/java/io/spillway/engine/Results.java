package io.spillway.engine;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.pipeline.Extraction;
import io.spillway.pipeline.PartStore;
import io.spillway.pipeline.SliceResult;
import io.spillway.source.Fetched;
import io.spillway.source.Snapshot;
import java.util.BitSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the results of tasks: the first one of each. The store adopts the parts of every result, also of one that does not count,
 * so that a process that has lost its lease can remove them. A failure interrupts the thread that created this object and that
 * calls the engine. Thread-safe.
 */
final class Results implements BiConsumer<Integer, String> {
    private static final Logger LOG = LoggerFactory.getLogger(Results.class);

    private final Snapshot snapshot;
    private final Extraction extraction;
    private final PartStore store;
    private final int tasks;
    private final Thread caller = Thread.currentThread();
    private final BitSet done = new BitSet();
    private boolean closed;
    private @Nullable Exception failure;
    private long requests;
    private long bytes;

    Results(Snapshot snapshot, Extraction extraction, PartStore store) {
        this.snapshot = snapshot;
        this.extraction = extraction;
        this.store = store;
        this.tasks = snapshot.slices().size();
    }

    @Override
    public synchronized void accept(Integer task, String text) {
        if (closed) {
            return;
        }
        boolean counts = failure == null && !done.get(task);
        try {
            TaskResult result = TaskResult.of(text, task);
            if (result.slice() != null) {
                result.slice().formats().forEach(format -> store.adopt(format.sent()));
            }
            if (counts) {
                take(task, result);
                done.set(task);
            }
        } catch (SpillwayException | RuntimeException e) {
            if (counts) {
                failure = e;
                caller.interrupt();
            } else {
                LOG.debug("result ignored task={} cause=\"{}\"", task, e.getMessage());
            }
        }
    }

    private void take(int task, TaskResult result) throws SpillwayException {
        if (result.failure() != null) {
            throw result.failure().asException();
        }
        SliceResult slice = result.slice();
        if (slice == null || result.reading() == null || slice.slice() != task || task >= tasks) {
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    "the result of task %d of %d is that of slice %s"
                            .formatted(task, tasks, slice == null ? "none" : slice.slice()),
                    "nothing was published; report this");
        }
        snapshot.learn(String.valueOf(result.learned()));
        extraction.add(slice, result.reading());
        if (result.fetched() != null) {
            requests += result.fetched().requests();
            bytes += result.fetched().bytes();
        }
    }

    /** Takes nothing from now on, and no longer interrupts the caller. */
    synchronized void close() {
        closed = true;
    }

    /** Throws the failure that the first failed task has reported. */
    synchronized void requireNoFailure() throws SpillwayException {
        if (failure instanceof SpillwayException e) {
            throw e;
        } else if (failure instanceof RuntimeException e) {
            throw e;
        }
    }

    /** Number of tasks with a result. */
    synchronized int count() {
        return done.cardinality();
    }

    /** What all tasks have fetched, and this process. */
    synchronized @Nullable Fetched fetched(@Nullable Fetched own) {
        return own == null ? null : new Fetched(own.requests() + requests, own.bytes() + bytes);
    }
}
