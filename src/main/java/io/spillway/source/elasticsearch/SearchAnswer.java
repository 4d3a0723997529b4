package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.spillway.json.JsonCursor;
import io.spillway.json.MalformedJsonException;
import io.spillway.source.Document;
import io.spillway.source.Document.Range;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A search response, parsed in one pass from its first byte to its last: a truncated response does not parse. The
 * documents are ranges of the response's own array. Members may be in any order.
 */
final class SearchAnswer {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final byte[] bytes;
    private final int length;
    private final boolean single;
    private final SortValues.Form form;
    private final List<Document> documents = new ArrayList<>();
    private @Nullable String pitId;
    private boolean timedOut;
    private boolean terminatedEarly;
    private long total = -1;
    private @Nullable JsonNode shards;
    private Range lastSort = Range.NONE;
    private Range lastId = Range.NONE;
    private Range lastIndex = Range.NONE;
    private Range oddSort = Range.NONE;
    private int withoutSource;
    private boolean hasHits;

    private SearchAnswer(byte[] bytes, int length, boolean single, SortValues.Form form) {
        this.bytes = bytes;
        this.length = length;
        this.single = single;
        this.form = form;
    }

    /**
     * Parses {@code bytes[0, length)}.
     *
     * @throws MalformedJsonException if the response is incomplete or not a search response
     * @throws MalformedSourceException if it is one, up to a document whose source is not JSON, or hides what follows
     *     it
     */
    static SearchAnswer parse(byte[] bytes, int length, SortValues.Form form)
            throws MalformedJsonException, MalformedSourceException {
        return parse(new SearchAnswer(bytes, length, false, form));
    }

    /** The same for hits whose sort values name the shard, or for an answer whose sort values do not matter. */
    static SearchAnswer parse(byte[] bytes, int length) throws MalformedJsonException, MalformedSourceException {
        return parse(bytes, length, SortValues.Form.NAMING_THE_SHARD);
    }

    /**
     * Parses the response to a request for one document. A line comment after that document can hide only the end of
     * the response, which always has the same form and is searched from the last byte.
     *
     * @throws MalformedJsonException if the response is incomplete or not a search response
     * @throws MalformedSourceException if it is one, up to a document whose source is not JSON
     */
    static SearchAnswer parseSingle(byte[] bytes, int length, SortValues.Form form)
            throws MalformedJsonException, MalformedSourceException {
        return parse(new SearchAnswer(bytes, length, true, form));
    }

    /** The same for hits whose sort values name the shard, or for an answer whose sort values do not matter. */
    static SearchAnswer parseSingle(byte[] bytes, int length) throws MalformedJsonException, MalformedSourceException {
        return parseSingle(bytes, length, SortValues.Form.NAMING_THE_SHARD);
    }

    private static SearchAnswer parse(SearchAnswer answer) throws MalformedJsonException, MalformedSourceException {
        JsonCursor cursor = new JsonCursor(answer.bytes, 0, answer.length);
        answer.readAnswer(cursor);
        cursor.expectEnd();
        return answer;
    }

    /** The documents in the response's order. */
    List<Document> documents() {
        return documents;
    }

    /** Length of the whole response in bytes. */
    int length() {
        return length;
    }

    /** Length without the point in time's id, which may have megabytes and must not lead to shorter pages. */
    int hitBytes() {
        return Math.max(1, length - (pitId == null ? 0 : pitId.length()));
    }

    /** The newest id of the point in time, or null if the response has none. */
    @Nullable
    String pitId() {
        return pitId;
    }

    /** Total number of hits if it was requested, otherwise -1. */
    long total() {
        return total;
    }

    /** The last hit's sort values, exactly as received, including brackets; empty without a hit. */
    byte[] lastSort() {
        byte[] copy = new byte[lastSort.length()];
        System.arraycopy(bytes, lastSort.start(), copy, 0, copy.length);
        return copy;
    }

    /** The first sort values that are not a place, as received; empty if every hit with a source has one. */
    String oddSort() {
        return text(oddSort);
    }

    /** Number of hits without a source, because it is disabled. */
    int withoutSource() {
        return withoutSource;
    }

    /** Why this response must not be used, or null if it is complete. */
    @Nullable
    String incompleteness() {
        if (timedOut) {
            return "the search timed out";
        } else if (terminatedEarly) {
            return "the search was terminated early";
        } else if (!hasHits) {
            return "the response has no list of hits";
        } else if (single && documents.size() + withoutSource > 1) {
            return "the response has more hits than requested";
        }
        JsonNode s = shards;
        if (s == null) {
            return "the response does not state the number of shards";
        }
        int failed = s.path("failed").asInt();
        int took = s.path("successful").asInt();
        int skipped = s.path("skipped").asInt();
        int all = s.path("total").asInt();
        if (failed > 0 || all == 0 || (took != all && took + skipped != all)) {
            return failed + " of " + all + " shards failed, " + took + " answered";
        }
        return null;
    }

    /** The number of shards that were searched, whether they answered or not; 0 if the response does not state it. */
    int shardsInAll() {
        return shards == null ? 0 : shards.path("total").asInt();
    }

    /** The failed shards' errors as one error. */
    ServerError shardError() {
        return ServerError.of(200, shards == null ? null : shards.path("failures"), null);
    }

    private void readAnswer(JsonCursor cursor) throws MalformedJsonException, MalformedSourceException {
        for (boolean more = beginObject(cursor); more; more = cursor.accept(',')) {
            switch (cursor.name()) {
                case "pit_id" -> pitId = text(unquoted(value(cursor)));
                case "timed_out" -> timedOut = text(value(cursor)).equals("true");
                case "terminated_early" -> terminatedEarly = text(value(cursor)).equals("true");
                case "_shards" -> shards = tree(value(cursor));
                case "hits" -> readHits(cursor);
                default -> cursor.skipValue();
            }
        }
        endObject(cursor);
    }

    private void readHits(JsonCursor cursor) throws MalformedJsonException, MalformedSourceException {
        for (boolean more = beginObject(cursor); more; more = cursor.accept(',')) {
            switch (cursor.name()) {
                case "total" -> total = tree(value(cursor)).path("value").asLong(-1);
                case "hits" -> {
                    hasHits = true;
                    cursor.expect('[');
                    if (cursor.peek() != ']') {
                        do {
                            readHit(cursor);
                        } while (cursor.accept(','));
                    }
                    cursor.expect(']');
                }
                default -> cursor.skipValue();
            }
        }
        endObject(cursor);
    }

    private void readHit(JsonCursor cursor) throws MalformedJsonException, MalformedSourceException {
        Range routing = Range.NONE;
        Range source = Range.NONE;
        int findings = 0;
        lastId = Range.NONE;
        lastSort = Range.NONE;
        for (boolean more = beginObject(cursor); more; more = cursor.accept(',')) {
            switch (cursor.name()) {
                case "_index" -> lastIndex = value(cursor);
                case "_id" -> lastId = value(cursor);
                case "_routing" -> routing = value(cursor);
                case "sort" -> lastSort = value(cursor);
                case "_source" -> {
                    try {
                        int start = cursor.skipDocument();
                        source = new Range(start, cursor.position());
                    } catch (MalformedJsonException e) {
                        if (e.position() >= length) {
                            // Truncated, not malformed: whether the source is JSON is unknown.
                            throw e;
                        }
                        throw new MalformedSourceException(this, "is not JSON: " + e.getMessage(), e);
                    }
                    findings = cursor.findings();
                    cursor.leaveDocument();
                    leaveComment(cursor, source.end());
                }
                default -> cursor.skipValue();
            }
        }
        endObject(cursor);
        if (source.length() == 0) {
            withoutSource++;
        } else {
            long place = form.place(bytes, lastSort);
            if (place == Document.NO_PLACE && oddSort.length() == 0) {
                oddSort = lastSort;
            }
            documents.add(new Document(bytes, source, findings, lastId, lastIndex, routing, place));
        }
    }

    /**
     * A line comment without a line end at the end of a document's body continues through the response up to the next
     * line break, which another document may contain: every hit up to there would be missing, and the rest would parse.
     * After the only hit, it continues to the end of the response, and the cursor returns to the rest of that hit.
     */
    private void leaveComment(JsonCursor cursor, int sourceEnd) throws MalformedSourceException {
        int next = cursor.position();
        if (single) {
            int rest = next < length ? -1 : AnswerEnds.restOfLastHit(bytes, length);
            if (rest >= sourceEnd) {
                cursor.back(rest);
            }
        } else if (next > sourceEnd && text(new Range(sourceEnd, next)).contains("\"sort\":")) {
            throw new MalformedSourceException(this, "is followed by a comment that hides what follows", null);
        }
    }

    private static boolean beginObject(JsonCursor cursor) throws MalformedJsonException {
        cursor.expect('{');
        return cursor.peek() != '}';
    }

    private static void endObject(JsonCursor cursor) throws MalformedJsonException {
        cursor.expect('}');
    }

    private static Range value(JsonCursor cursor) throws MalformedJsonException {
        cursor.peek();
        int start = cursor.position();
        cursor.skipValue();
        return new Range(start, cursor.position());
    }

    private static Range unquoted(Range string) {
        return string.length() < 2 ? string : new Range(string.start() + 1, string.end() - 1);
    }

    private String text(Range range) {
        return new String(bytes, range.start(), range.length(), StandardCharsets.UTF_8);
    }

    private JsonNode tree(Range range) {
        try {
            return JSON.readTree(bytes, range.start(), range.length());
        } catch (IOException beyondALimit) {
            // No server returns this; without the value the response is incomplete.
            return MissingNode.getInstance();
        }
    }

    /** A response is valid up to a document that cannot be read, such as a body in UTF-16. */
    static final class MalformedSourceException extends Exception {
        private static final long serialVersionUID = 1L;

        private final int before;
        private final boolean hiding;

        private MalformedSourceException(SearchAnswer answer, String flaw, @Nullable MalformedJsonException cause) {
            super(
                    "the source of document %s in index %s %s"
                            .formatted(answer.text(answer.lastId), answer.text(answer.lastIndex), flaw),
                    cause);
            this.before = answer.documents.size() + answer.withoutSource;
            this.hiding = cause == null;
        }

        /** Number of hits in the response before the document. */
        int before() {
            return before;
        }

        /** Whether the document is JSON but hides what follows it, so that it can be read alone. */
        boolean isHiding() {
            return hiding;
        }
    }
}
