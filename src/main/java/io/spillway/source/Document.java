package io.spillway.source;

import io.spillway.json.JsonCursor;
import io.spillway.json.OneLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One document: the bytes of its source as they were indexed, within the response that contained them, and its
 * metadata. Valid as long as its {@link Page}. Immutable, but confined to its page's thread.
 */
public final class Document {
    /** The place of a document whose source does not number its documents. */
    public static final long NO_PLACE = -1;

    private final byte[] bytes;
    private final byte[] sourceBytes;
    private final Range source;
    private final int findings;
    private final Range id;
    private final Range index;
    private final Range routing;
    private final long place;

    /** A document without a place, in {@code bytes}, which is shared, not copied; parameters as below. */
    public Document(byte[] bytes, Range source, int findings, Range id, Range index, Range routing) {
        this(bytes, source, findings, id, index, routing, NO_PLACE);
    }

    /**
     * A document in {@code bytes}, which is shared, not copied.
     *
     * @param source   its source, one JSON object
     * @param findings what {@link JsonCursor} found in the source
     * @param id       its id, a JSON string
     * @param index    its index, a JSON string
     * @param routing  its routing, a JSON string, or {@link Range#NONE}
     * @param place    see {@link #place()}
     */
    public Document(byte[] bytes, Range source, int findings, Range id, Range index, Range routing, long place) {
        this(bytes, bytes, source, findings, id, index, routing, place);
    }

    private Document(
            byte[] bytes,
            byte[] sourceBytes,
            Range source,
            int findings,
            Range id,
            Range index,
            Range routing,
            long place) {
        this.bytes = bytes;
        this.sourceBytes = sourceBytes;
        this.source = source;
        this.findings = findings;
        this.id = id;
        this.index = index;
        this.routing = routing;
        this.place = place;
    }

    /**
     * The same document with another source: one JSON object in strict UTF-8 on one line in {@code bytes[0, length)},
     * which is shared, not copied.
     */
    public Document withSource(byte[] newSource, int length) {
        return new Document(bytes, newSource, new Range(0, length), 0, id, index, routing, place);
    }

    /** The same document with its own copy of the source, to keep it longer than its page. */
    public Document copy() {
        byte[] own = Arrays.copyOfRange(sourceBytes, source.start(), source.end());
        return new Document(bytes, own, new Range(0, own.length), findings, id, index, routing, place);
    }

    /** Length in bytes of the source as it was indexed. */
    public int length() {
        return source.length();
    }

    /** What {@link JsonCursor} found in the source, as its constants. */
    public int findings() {
        return findings;
    }

    /**
     * Identifies the document within its snapshot: the number of a shard in the upper 32 bits, and the document's
     * number in that shard, 0 to 2^31 - 1, in the lower ones. Unique within a snapshot. {@link #NO_PLACE} if the source
     * does not number its documents.
     */
    public long place() {
        return place;
    }

    /** The shard of a place. */
    public static int shardOf(long place) {
        return (int) (place >>> 32);
    }

    /** The number within its shard of a place. */
    public static int numberOf(long place) {
        return (int) place;
    }

    /**
     * Writes the source on one line, without a line end: as it was indexed, byte for byte, except that line breaks,
     * comments and byte order marks between tokens are removed, and bytes that are not UTF-8 become U+FFFD.
     */
    public void writeSource(OutputStream out) throws IOException {
        if (findings == 0) {
            out.write(sourceBytes, source.start(), source.length());
        } else {
            OneLine.copy(sourceBytes, source.start(), source.end(), out);
        }
    }

    /**
     * Passes the source to {@code reader} as {@link #writeSource} would write it; without a copy, unless it has to be
     * repaired.
     */
    public void readSource(SourceReader reader) throws IOException {
        if (findings == 0) {
            reader.read(sourceBytes, source.start(), source.end());
        } else {
            ByteArrayOutputStream line = new ByteArrayOutputStream(source.length());
            writeSource(line);
            reader.read(line.toByteArray(), 0, line.size());
        }
    }

    /** The document's id as JSON, including quotes, for messages; at most 512 bytes before escaping. */
    public String idAsJson() {
        return text(id);
    }

    /** The document's index as JSON, including quotes, for messages. */
    public String indexAsJson() {
        return text(index);
    }

    /** Whether {@code json}, a JSON string, is exactly the id as received. */
    public boolean hasId(byte[] json) {
        return equal(id, json);
    }

    /** Whether another document, of any index, has exactly the same id as received. */
    public boolean hasIdOf(Document other) {
        return Arrays.equals(bytes, id.start(), id.end(), other.bytes, other.id.start(), other.id.end());
    }

    /** Whether {@code json}, a JSON string, is exactly the index as received. */
    public boolean hasIndex(byte[] json) {
        return equal(index, json);
    }

    private boolean equal(Range range, byte[] other) {
        return Arrays.equals(bytes, range.start(), range.end(), other, 0, other.length);
    }

    /** The document's routing as JSON, including quotes, or null if it was indexed without one. */
    public @Nullable String routingAsJson() {
        return hasRouting() ? text(routing) : null;
    }

    /** Writes the id as received, a JSON string. */
    public void writeId(OutputStream out) throws IOException {
        out.write(bytes, id.start(), id.length());
    }

    /** Writes the index as received, a JSON string. */
    public void writeIndex(OutputStream out) throws IOException {
        out.write(bytes, index.start(), index.length());
    }

    /** Whether the document was indexed with a routing. */
    public boolean hasRouting() {
        return routing.length() > 0;
    }

    /** Writes the routing as received, a JSON string; only if there is one. */
    public void writeRouting(OutputStream out) throws IOException {
        out.write(bytes, routing.start(), routing.length());
    }

    private String text(Range range) {
        return new String(bytes, range.start(), range.length(), StandardCharsets.UTF_8);
    }

    /** Reads a document's source in place. */
    public interface SourceReader {

        /** Reads {@code bytes[start, end)}, one JSON object, without changing or keeping the array. */
        void read(byte[] bytes, int start, int end) throws IOException;
    }

    /**
     * A range of bytes in a response.
     *
     * @param start the first byte
     * @param end   after the last byte
     */
    public record Range(int start, int end) {
        /** An empty range. */
        public static final Range NONE = new Range(0, 0);

        /** Number of bytes. */
        public int length() {
            return end - start;
        }
    }
}
