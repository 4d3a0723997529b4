package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.SnapshotHandle;
import io.spillway.source.elasticsearch.ElasticsearchSnapshot.Frozen;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The inner part of a {@link SnapshotHandle} of a cluster: points in time, and what was determined about the server. The query is
 * not in it, because it may contain values of references; its digest is.
 */
final class ElasticsearchHandle {
    private static final JsonMapper JSON = new JsonMapper();

    private final Dialect dialect;
    private final List<PointInTime> pits;
    private final Frozen frozen;
    private final String querySha256;

    private ElasticsearchHandle(Dialect dialect, List<PointInTime> pits, Frozen frozen, String querySha256) {
        this.dialect = dialect;
        this.pits = pits;
        this.frozen = frozen;
        this.querySha256 = querySha256;
    }

    /** The handle of open points in time, and the query that selects their documents. */
    ElasticsearchHandle(Dialect dialect, PointsInTime pits, Frozen frozen, @Nullable String query) {
        this(dialect, pits.all(), frozen, sha256(query));
    }

    /**
     * Reads a handle.
     *
     * @param name the requested index, for messages
     * @throws SpillwayException {@code INTEGRITY} if it is not a handle of a cluster
     */
    static ElasticsearchHandle of(SnapshotHandle handle, String name) throws SpillwayException {
        try {
            JsonNode inner = JSON.readTree(handle.inner());
            Duration keepAlive =
                    Duration.ofMillis(inner.required("keep_alive_ms").asLong());
            List<PointInTime> pits = new ArrayList<>();
            for (JsonNode pit : inner.required("pits")) {
                pits.add(new PointInTime(
                        pit.required("id").asText(),
                        keepAlive,
                        pit.has("place")
                                ? new PointInTime.Shard(
                                        pit.path("place").asInt(),
                                        pit.required("index").asText(),
                                        pit.required("number").asInt())
                                : null));
            }
            return new ElasticsearchHandle(
                    new Dialect(
                            Dialect.Product.valueOf(inner.required("product").asText()),
                            inner.path("version").textValue(),
                            inner.required("refuses_partial").asBoolean()),
                    pits,
                    new Frozen(
                            handle.takenAt(),
                            handle.description().named(name),
                            handle.documents(),
                            handle.slices(),
                            inner.required("result_window").asInt(),
                            inner.required("with_vectors").asBoolean()),
                    inner.required("query_sha256").asText());
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    "the handle of the snapshot of " + name + " is not one of a cluster: " + e.getMessage(),
                    "use the same version of Spillway in every process",
                    e);
        }
    }

    /** As JSON. */
    String toText() {
        ObjectNode inner = JsonNodeFactory.instance.objectNode();
        inner.put("product", dialect.product().name());
        inner.put("version", dialect.version());
        inner.put("refuses_partial", dialect.refusesPartial());
        inner.put("result_window", frozen.resultWindow());
        inner.put("with_vectors", frozen.withVectors());
        inner.put("query_sha256", querySha256);
        inner.put("keep_alive_ms", pits.get(0).keepAlive().toMillis());
        ArrayNode all = inner.putArray("pits");
        for (PointInTime pit : pits) {
            ObjectNode each = all.addObject().put("id", pit.id());
            PointInTime.Shard shard = pit.shard();
            if (shard != null) {
                each.put("place", shard.place()).put("index", shard.index()).put("number", shard.number());
            }
        }
        return inner.toString();
    }

    Dialect dialect() {
        return dialect;
    }

    List<PointInTime> pits() {
        return pits;
    }

    Frozen frozen() {
        return frozen;
    }

    /**
     * Refuses another query than that of the process that froze the snapshot.
     *
     * @throws SpillwayException {@code SNAPSHOT_LOST}: a field of the query was mapped since
     */
    void requireQuery(@Nullable String query) throws SpillwayException {
        if (!sha256(query).equals(querySha256)) {
            throw new SpillwayException(
                    Fault.SNAPSHOT_LOST,
                    "the query on %s means something else than when the snapshot was taken"
                            .formatted(frozen.description().name()),
                    "the mapping of a field in source.query has changed, or source.query differs between processes");
        }
    }

    /** The ids that the server gave to points in time since they were opened or named in a handle, as text; empty if none. */
    static String renamed(PointsInTime pits) {
        List<String> ids = pits.all().stream()
                .filter(PointInTime::isRenamed)
                .map(PointInTime::id)
                .toList();
        return String.join("\n", ids);
    }

    /** The ids in such a text. */
    static List<String> ids(String renamed) {
        return renamed.isEmpty() ? List.of() : renamed.lines().toList();
    }

    private static String sha256(@Nullable String query) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(String.valueOf(query).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
