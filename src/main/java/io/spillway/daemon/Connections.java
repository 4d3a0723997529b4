package io.spillway.daemon;

import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Request;

/**
 * Bounds what strangers can hold open: the number of connections, the time in which a request has to arrive, and the time in
 * which an answer has to be taken. A new connection is always accepted; where there are too many, the one that has waited
 * longest is closed for it, so that a probe gets its answer however many idle connections there are. Safe for use by many
 * threads.
 */
final class Connections implements Connection.Listener {
    private final int most;
    private final long patienceNanos;
    private final Map<Connection, State> open = new LinkedHashMap<>();

    /** What a connection does, and since when, by {@link System#nanoTime()}. */
    private record State(boolean answering, long since) {}

    /**
     * No connections yet.
     *
     * @param most     how many may be open, at least 1
     * @param patience for a whole request to arrive, and for a whole answer to be made and taken
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

    /** One that waits for a request goes before one that is being answered. */
    private Connection longestWaiting() {
        long now = System.nanoTime();
        return open.entrySet().stream()
                .max(Comparator.comparing((Map.Entry<Connection, State> each) ->
                                !each.getValue().answering())
                        .thenComparing(each -> now - each.getValue().since()))
                .orElseThrow()
                .getKey();
    }

    /** Counts the time of the request's connection again, now and when the answer is complete. */
    void answering(Request request) {
        Connection connection = request.getConnectionMetaData().getConnection();
        mark(connection, true);
        Request.addCompletionListener(request, failure -> mark(connection, false));
    }

    private synchronized void mark(Connection connection, boolean answering) {
        open.computeIfPresent(connection, (same, before) -> new State(answering, System.nanoTime()));
    }

    /** Closes every connection whose time is over. */
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
