package io.spillway.source.elasticsearch;

import io.spillway.source.elasticsearch.ElasticsearchOptions.Copies;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests in the form that a {@link Dialect} describes: for OpenSearch, for old servers, and for unknown ones. */
final class JsonPointInTimeCalls implements PointInTimeCalls {
    private static final Duration SHORTEST_LIMIT = Duration.ofMillis(1);

    private final Connection connection;
    private final Dialect dialect;

    JsonPointInTimeCalls(Connection connection, Dialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
    }

    @Override
    public Opened open(List<String> indices, Duration keepAlive, Copies copies, @Nullable Integer shard)
            throws IOException, InterruptedException {
        String path = "/" + IndexFacts.encode(String.join(",", indices));
        return Opened.of(connection.ask("POST", dialect.opening(path, keepAlive, copies, shard), null), dialect);
    }

    @Override
    public void close(List<String> ids, Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        for (byte[] body : dialect.closing(ids)) {
            Duration left = Duration.ofNanos(Math.max(SHORTEST_LIMIT.toNanos(), end - System.nanoTime()));
            try {
                connection.ask("DELETE", dialect.product().path(), body, left);
            } catch (Connection.ServerErrorException e) {
                if (e.error().status() != 404) {
                    throw e;
                }
            }
        }
    }

    @Override
    public @Nullable Duration maxKeepAlive() throws IOException, InterruptedException {
        return dialect.maxKeepAlive(
                connection.ask("GET", "/_cluster/settings?include_defaults=true&flat_settings=true", null));
    }
}
