package io.spillway.daemon;

import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Request;

/**
 * Limits what clients can hold open: the number of connections, the time for a request to arrive, and the time for an
 * answer to be read. A new connection is always accepted. Above the limit, the connection that has waited longest is
 * closed, so that a probe is answered however many idle connections exist. Thread-safe.
 */
final class Connections implements Connection.Listener {
    private final int most;
    private final long patienceNanos;
    private final Map<Connection, State> open = new LinkedHashMap<>();

    /** The state of a connection, and when it was entered, by {@link System#nanoTime()}. */
    private record State(boolean answering, long since) {}

    /**
     * Creates an empty set of connections.
     *
     * @param most     maximum number of open connections, at least 1
     * @param patience time for a whole request to arrive, and for a whole answer to be made and sent
     */
    Connections(int most, Duration patience) {
        this.most = most;
        this.patienceNanos = patience.toNanos();
    }

    @Override
    public void onOpened(Connection connection) {
        Connection victim = null;
        synchronized (this) {
            if (open.size() >= most) {
                victim = longestWaiting();
                open.remove(victim);
            }
            open.put(connection, new State(false, System.nanoTime()));
        }
        if (victim != null) {
            victim.getEndPoint().close();
        }
    }

    @Override
    public synchronized void onClosed(Connection connection) {
        open.remove(connection);
    }

    /** A connection that waits for a request is closed before one that is being answered. */
    private Connection longestWaiting() {
        long now = System.nanoTime();
        return open.entrySet().stream()
                .max(Comparator.comparing((Map.Entry<Connection, State> each) ->
                                !each.getValue().answering())
                        .thenComparing(each -> now - each.getValue().since()))
                .orElseThrow()
                .getKey();
    }

    /** Restarts the timer of the request's connection, now and when the answer is complete. */
    void answering(Request request) {
        Connection connection = request.getConnectionMetaData().getConnection();
        mark(connection, true);
        Request.addCompletionListener(request, failure -> mark(connection, false));
    }

    private synchronized void mark(Connection connection, boolean answering) {
        open.computeIfPresent(connection, (same, before) -> new State(answering, System.nanoTime()));
    }

    /** Closes every connection that exceeded its time. */
    void sweep() {
        long now = System.nanoTime();
        List<Connection> late;
        synchronized (this) {
            late = open.entrySet().stream()
                    .filter(each -> now - each.getValue().since() > patienceNanos)
                    .map(Map.Entry::getKey)
                    .toList();
            late.forEach(open::remove);
        }
        late.forEach(each -> each.getEndPoint().close());
    }
}
