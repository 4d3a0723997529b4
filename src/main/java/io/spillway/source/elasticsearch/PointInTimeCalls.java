package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Copies;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The requests about points in time, whose form depends on the server. Thread-safe. */
interface PointInTimeCalls {
    /**
     * A point in time that was opened.
     *
     * @param shards total number of its shards, or -1 if the server does not state it
     * @param failed number of shards that it lacks
     */
    record Opened(String id, int shards, int failed) {
        /** The response to opening one. */
        static Opened of(JsonNode answer, Dialect dialect) {
            JsonNode shards = answer.path("_shards");
            return new Opened(
                    dialect.idIn(answer),
                    shards.path("total").asInt(-1),
                    shards.path("failed").asInt(0));
        }
    }

    /**
     * Opens a point in time.
     *
     * @param indices names of indices, for the path of the request
     * @param shard   number of the only shard of the only index, or null for all shards
     * @throws IOException if the server refuses it or does not respond
     */
    Opened open(List<String> indices, Duration keepAlive, Copies copies, @Nullable Integer shard)
            throws IOException, InterruptedException;

    /**
     * Closes points in time. One that the server no longer has is closed already.
     *
     * @param limit timeout for all of them
     */
    void close(List<String> ids, Duration limit) throws IOException, InterruptedException;

    /** The longest keep-alive that the cluster allows, or null if it has no such setting. */
    @Nullable
    Duration maxKeepAlive() throws IOException, InterruptedException;

    /**
     * The requests for this server: with Elasticsearch's typed client if the client supports the server, otherwise as JSON.
     */
    static PointInTimeCalls of(Connection connection, Dialect dialect) {
        return dialect.isTyped() && connection.isElasticsearch()
                ? new TypedPointInTimeCalls(connection.typed(), dialect)
                : new JsonPointInTimeCalls(connection, dialect);
    }
}
