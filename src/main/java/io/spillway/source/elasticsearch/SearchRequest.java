package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.spillway.source.Slice;
import io.spillway.source.elasticsearch.SourceStorage.VectorField;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Builds all request bodies, as bytes, in one place, so that tests can check them against their rules. */
final class SearchRequest {
    /**
     * The path of searches on a point in time, which determines the indices. Partial results are disabled here and also
     * checked for in every response.
     */
    static final String PATH = "/_search?allow_partial_search_results=false";

    /** Limit for responses without documents, such as a count. */
    static final int MAX_SMALL_ANSWER = 16 << 20;

    private static final JsonFactory JSON = new JsonFactory();

    private SearchRequest() {}

    /**
     * One page. Sorted by {@code _doc}, to which the server adds the shard as a tiebreak unless the point in time has a
     * single shard; all sort values are returned exactly as received, because a shortened tuple silently loses documents.
     *
     * @param size        number of documents, 1 to the index's result window
     * @param searchAfter the last committed hit's sort values, or null at the slice's start
     */
    static byte[] page(PointInTime pit, Slice slice, @Nullable String query, int size, byte @Nullable [] searchAfter) {
        return page(pit, slice, query, size, searchAfter, false);
    }

    /**
     * The same page.
     *
     * @param withVectors whether the server should rebuild vectors that it otherwise omits; supported since 9.2
     */
    static byte[] page(
            PointInTime pit,
            Slice slice,
            @Nullable String query,
            int size,
            byte @Nullable [] searchAfter,
            boolean withVectors) {
        return json(body -> {
            writeVectors(body, withVectors);
            writePage(body, pit, slice, query, size, searchAfter);
        });
    }

    /** The exact number of documents, on the point in time itself. */
    static byte[] count(PointInTime pit, @Nullable String query) {
        return json(body -> {
            body.writeNumberField("size", 0);
            body.writeBooleanField("track_total_hits", true);
            writePit(body, pit);
            writeQuery(body, query);
        });
    }

    /** The number of documents with one of these fields, on the point in time or, without one, on the live index. */
    static byte[] countAny(@Nullable PointInTime pit, List<VectorField> fields) {
        return json(body -> {
            body.writeNumberField("size", 0);
            body.writeNumberField("track_total_hits", 1);
            if (pit != null) {
                writePit(body, pit);
            }
            body.writeObjectFieldStart("query");
            body.writeObjectFieldStart("bool");
            body.writeArrayFieldStart("should");
            for (String query : new TreeSet<>(
                    fields.stream().map(field -> field.query().toString()).toList())) {
                body.writeRawValue(query);
            }
            body.writeEndArray();
            body.writeEndObject();
            body.writeEndObject();
        });
    }

    /** Some documents of the live index, for an estimate; without a point in time. */
    static byte[] sample(@Nullable String query, int size, boolean withVectors) {
        return json(body -> {
            writeVectors(body, withVectors);
            body.writeNumberField("size", size);
            body.writeBooleanField("track_total_hits", true);
            writeSort(body);
            writeQuery(body, query);
        });
    }

    /** The next document's index and id, without its source, for a message. */
    static byte[] identity(PointInTime pit, Slice slice, @Nullable String query, byte @Nullable [] searchAfter) {
        return json(body -> {
            body.writeBooleanField("_source", false);
            writePage(body, pit, slice, query, 1, searchAfter);
        });
    }

    /** An empty request that renews the keep-alive of the point in time. */
    static byte[] touch(PointInTime pit) {
        return json(body -> {
            body.writeNumberField("size", 0);
            body.writeBooleanField("track_total_hits", false);
            writePit(body, pit);
        });
    }

    private static void writePage(
            JsonGenerator body,
            PointInTime pit,
            Slice slice,
            @Nullable String query,
            int size,
            byte @Nullable [] searchAfter)
            throws IOException {
        body.writeNumberField("size", size);
        body.writeBooleanField("track_total_hits", false);
        writeSort(body);
        writePit(body, pit);
        if (pit.shard() == null && slice.of() > 1) {
            body.writeObjectFieldStart("slice");
            body.writeNumberField("id", slice.number());
            body.writeNumberField("max", slice.of());
            body.writeEndObject();
        }
        writeQuery(body, query);
        if (searchAfter != null) {
            body.writeFieldName("search_after");
            body.writeRawValue(new String(searchAfter, StandardCharsets.UTF_8));
        }
    }

    private static void writeVectors(JsonGenerator body, boolean withVectors) throws IOException {
        if (withVectors) {
            body.writeObjectFieldStart("_source");
            body.writeBooleanField("exclude_vectors", false);
            body.writeEndObject();
        }
    }

    private static void writeSort(JsonGenerator body) throws IOException {
        body.writeArrayFieldStart("sort");
        body.writeString("_doc");
        body.writeEndArray();
    }

    private static void writePit(JsonGenerator body, PointInTime pit) throws IOException {
        body.writeObjectFieldStart("pit");
        body.writeStringField("id", pit.id());
        body.writeStringField("keep_alive", PointInTime.text(pit.keepAlive()));
        body.writeEndObject();
    }

    private static void writeQuery(JsonGenerator body, @Nullable String query) throws IOException {
        if (query != null) {
            body.writeFieldName("query");
            body.writeRawValue(query);
        }
    }

    private static byte[] json(Members members) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator body = JSON.createGenerator(bytes)) {
            body.writeStartObject();
            members.write(body);
            body.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory cannot fail", e);
        }
        return bytes.toByteArray();
    }

    private interface Members {
        void write(JsonGenerator body) throws IOException;
    }
}
