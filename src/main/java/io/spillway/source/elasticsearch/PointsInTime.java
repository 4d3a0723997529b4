package io.spillway.source.elasticsearch;

import io.spillway.lanes.Interrupts;
import io.spillway.source.Slice;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The points in time of one snapshot, which are closed together: one for all shards if the server names the shard of each
 * hit, otherwise one for each shard. Thread-safe.
 */
final class PointsInTime implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PointsInTime.class);
    /** A close that takes longer is left to the server, which frees them after the keep-alive. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final PointInTimeCalls calls;
    private final List<PointInTime> all;
    /** Other ids of them, which other processes were given. */
    private final Set<String> otherIds = new LinkedHashSet<>();

    private boolean closed;

    /** Takes over open points in time, at least one, in the order of the slices that read them. */
    PointsInTime(PointInTimeCalls calls, List<PointInTime> all) {
        this.calls = calls;
        this.all = List.copyOf(all);
    }

    List<PointInTime> all() {
        return all;
    }

    /** The point in time that this slice is read from. */
    PointInTime of(Slice slice) {
        return all.get(all.size() == 1 ? 0 : slice.number());
    }

    /** Records ids that the server gave to other processes, and that {@link #close} closes, too. */
    synchronized void alsoClose(List<String> ids) {
        otherIds.addAll(ids);
    }

    /** How long the server keeps each of them after a request. */
    Duration keepAlive() {
        return all.get(0).keepAlive();
    }

    /**
     * Frees them on the server, even in an interrupted thread, whose flag is preserved. A failure is only logged: the
     * documents are not affected, and the server frees them later.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        Interrupts.shielded(this::closeNow);
    }

    private void closeNow() throws InterruptedException {
        List<String> own = all.stream().map(PointInTime::id).toList();
        try {
            calls.close(own, CLOSE_LIMIT);
            otherIds.removeAll(own);
            for (String id : otherIds) {
                calls.close(List.of(id), CLOSE_LIMIT);
            }
        } catch (IOException e) {
            LOG.warn(
                    "point in time not closed freed-by-the-server-after={} cause=\"{}\"",
                    PointInTime.text(keepAlive()),
                    e.getMessage());
        }
    }
}
