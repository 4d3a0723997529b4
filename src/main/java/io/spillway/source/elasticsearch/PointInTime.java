package io.spillway.source.elasticsearch;

import io.spillway.source.SourceSurvey;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open point in time: its newest id, which every slice uses and every response may replace, and closing it.
 * Thread-safe. The id may have megabytes on clusters with many shards, so it is never logged and never in a URL.
 */
final class PointInTime implements AutoCloseable {
    /**
     * The keep-alive after each request, unless the cluster's limit is lower: long enough for a slow disk, short if
     * this process crashes.
     */
    static final Duration KEEP_ALIVE = SourceSurvey.KEEP_ALIVE;

    private static final Logger LOG = LoggerFactory.getLogger(PointInTime.class);
    /** A close that takes longer is left to the server, which frees it after the keep-alive. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final Connection connection;
    private final Duration keepAlive;
    private volatile String id;
    private volatile long usedAt = System.nanoTime();
    private boolean closed;

    PointInTime(Connection connection, String id) {
        this(connection, id, KEEP_ALIVE);
    }

    PointInTime(Connection connection, String id, Duration keepAlive) {
        this.connection = connection;
        this.keepAlive = keepAlive;
        this.id = id;
    }

    /** The newest id in any response. */
    String id() {
        return id;
    }

    /** Why a response with this id does not belong to this point in time, or null if it may. */
    @Nullable
    String strangeness(@Nullable String named) {
        if (named == null) {
            return "the response has no point in time";
        }
        return SearchContexts.mayBeSame(id, named) ? null : "the response belongs to another point in time";
    }

    /** Records a response: it renews the keep-alive and contains the id to use from now on. */
    void answered(String newest) {
        id = newest;
        usedAt = System.nanoTime();
    }

    /** Time since the last response. */
    Duration idle() {
        return Duration.ofNanos(System.nanoTime() - usedAt);
    }

    /** The keep-alive after each request. */
    Duration keepAlive() {
        return keepAlive;
    }

    /** A keep-alive in the form for requests. */
    static String text(Duration keepAlive) {
        return keepAlive.toMillisPart() == 0 ? keepAlive.toSeconds() + "s" : keepAlive.toMillis() + "ms";
    }

    /**
     * Frees it on the server, even in an interrupted thread, whose flag is preserved. A failure is only logged: the
     * documents are not affected, and the server frees it later.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean interrupted = Thread.interrupted();
        try {
            connection.ask(client -> client.closePointInTime(request -> request.id(id())), CLOSE_LIMIT);
        } catch (Connection.ServerErrorException e) {
            if (e.error().status() != 404) {
                LOG.warn(
                        "point in time not closed status={} freed-by-the-server-after={}",
                        e.error().status(),
                        text(keepAlive));
            }
        } catch (IOException e) {
            LOG.warn("point in time not closed freed-by-the-server-after={} cause={}", text(keepAlive), e.getMessage());
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
