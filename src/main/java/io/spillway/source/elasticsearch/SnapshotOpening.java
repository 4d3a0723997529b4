package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Opens the points in time of a snapshot: one for all shards, or one for each shard if the server's hits do not name their
 * shard. One that lacks a shard is refused, by the server or here.
 */
final class SnapshotOpening {
    private final Connection connection;
    private final Dialect dialect;
    private final ElasticsearchOptions options;
    private final PointInTimeCalls calls;

    SnapshotOpening(Connection connection, Dialect dialect, ElasticsearchOptions options) {
        this.connection = connection;
        this.dialect = dialect;
        this.options = options;
        this.calls = PointInTimeCalls.of(connection, dialect);
    }

    /**
     * Opens them with the longest keep-alive that the server allows, at most {@code keepAlive}. The caller closes them; if
     * this fails, none is left open.
     *
     * @param indices the concrete indices
     */
    PointsInTime open(Set<String> indices, Duration keepAlive)
            throws IOException, InterruptedException, SpillwayException {
        List<PointInTime> opened = new ArrayList<>();
        boolean complete = false;
        try {
            if (dialect.numbersShards()) {
                opened.add(open(IndexFacts.inPath(indices, options.index()), keepAlive, null));
            } else {
                for (PointInTime.Shard shard : shards(indices)) {
                    opened.add(open(List.of(shard.index()), keepAlive, shard));
                }
            }
            complete = true;
            return new PointsInTime(calls, opened);
        } finally {
            if (!complete && !opened.isEmpty()) {
                new PointsInTime(calls, opened).close();
            }
        }
    }

    private PointInTime open(List<String> names, Duration keepAlive, PointInTime.@Nullable Shard shard)
            throws IOException, InterruptedException {
        Integer number = shard == null ? null : shard.number();
        try {
            PointInTimeCalls.Opened opened = calls.open(names, keepAlive, options.copies(), number);
            PointInTime pit = new PointInTime(opened.id(), keepAlive, shard);
            String missing = missing(opened, shard);
            if (missing != null) {
                new PointsInTime(calls, List.of(pit)).close();
                throw new IOException(missing);
            }
            return pit;
        } catch (Connection.ServerErrorException e) {
            Duration allowed = e.error().allowedKeepAlive();
            if (allowed == null || allowed.compareTo(keepAlive) >= 0) {
                throw e;
            }
            return open(names, allowed, shard);
        }
    }

    /** Which shards the point in time lacks; null if it lacks none, or the server does not state it. */
    private static @Nullable String missing(PointInTimeCalls.Opened opened, PointInTime.@Nullable Shard shard) {
        if (opened.failed() > 0 || (shard != null && opened.shards() >= 0 && opened.shards() != 1)) {
            return "the point in time was opened without all its shards: %d of %d failed"
                    .formatted(opened.failed(), opened.shards());
        }
        return null;
    }

    /** Every shard that is read, each with its number in the snapshot. */
    private List<PointInTime.Shard> shards(Set<String> indices)
            throws IOException, InterruptedException, SpillwayException {
        List<PointInTime.Shard> shards = new ArrayList<>();
        for (var index : numbers(indices).entrySet()) {
            for (int number : index.getValue()) {
                if (options.copies().allows(number)) {
                    shards.add(new PointInTime.Shard(shards.size(), index.getKey(), number));
                }
            }
        }
        if (shards.isEmpty()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "preference \"%s\" selects no shard of \"%s\""
                            .formatted(options.copies().preference(), options.index()),
                    "remove source.preference, or set it to shards that the index has");
        }
        return shards;
    }

    /** The numbers of the shards of each index: all, or those of a routing. */
    private Map<String, Collection<Integer>> numbers(Set<String> indices) throws IOException, InterruptedException {
        String path = IndexFacts.path(indices, options.index());
        Map<String, Collection<Integer>> numbers = new TreeMap<>();
        String routing = options.copies().routing();
        if (routing != null) {
            JsonNode groups = connection
                    .ask("GET", path + "/_search_shards?routing=" + IndexFacts.encode(routing), null)
                    .path("shards");
            for (JsonNode copies : groups) {
                if (copies.isEmpty()) {
                    throw new IOException("a shard of routing \"" + routing + "\" has no copy that can be read");
                }
                numbers.computeIfAbsent(copies.path(0).path("index").asText(), index -> new TreeSet<>())
                        .add(copies.path(0).path("shard").asInt());
            }
            return numbers;
        }
        connection
                .ask("GET", path + "/_settings?flat_settings=true", null)
                .properties()
                .forEach(index -> numbers.put(
                        index.getKey(),
                        IntStream.range(0, new IndexSettings(index.getValue()).number("index.number_of_shards", 1))
                                .boxed()
                                .toList()));
        return numbers;
    }
}
