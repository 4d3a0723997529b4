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
 * One document: the bytes of its source as they were indexed, still lying in the answer they came in, and the tokens
 * that say which document it is. Valid as long as its {@link Page}. Immutable; not thread-safe only because its page
 * belongs to one thread.
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

    /** A document without a place, in {@code bytes}, which is shared, not copied; the parameters are as below. */
    public Document(byte[] bytes, Range source, int findings, Range id, Range index, Range routing) {
        this(bytes, source, findings, id, index, routing, NO_PLACE);
    }

    /**
     * A document in {@code bytes}, which is shared, not copied.
     *
     * @param source   its source, one JSON object
     * @param findings what {@link JsonCursor} found in the source
     * @param id       the JSON string that is its id
     * @param index    the JSON string that is its index
     * @param routing  the JSON string that is its routing, or {@link Range#NONE}
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
     * The same document with another source, one JSON object of strict UTF-8 on one line in {@code bytes[0, length)},
     * which is shared, not copied.
     */
    public Document withSource(byte[] newSource, int length) {
        return new Document(bytes, newSource, new Range(0, length), 0, id, index, routing, place);
    }

    /** The same document with a source of its own, for whoever keeps it longer than its page. */
    public Document copy() {
        byte[] own = Arrays.copyOfRange(sourceBytes, source.start(), source.end());
        return new Document(bytes, own, new Range(0, own.length), findings, id, index, routing, place);
    }

    /** Bytes of the source as it was indexed. */
    public int length() {
        return source.length();
    }

    /** What {@link JsonCursor} found in the source, as its constants. */
    public int findings() {
        return findings;
    }

    /**
     * Which document of its snapshot this is: the number of a shard in the upper 32 bits, and the document's number in that
     * shard, 0 to 2^31 - 1, in the lower ones. No two documents of a snapshot have the same. {@link #NO_PLACE} where the
     * source does not number its documents.
     */
    public long place() {
        return place;
    }

    /** The shard in a place. */
    public static int shardOf(long place) {
        return (int) (place >>> 32);
    }

    /** The number within its shard in a place. */
    public static int numberOf(long place) {
        return (int) place;
    }

    /**
     * Writes the source on one line, without a line end: as it was indexed, byte for byte, unless it has line breaks,
     * comments or a byte order mark between tokens, which are left out, or bytes that are not UTF-8, which become U+FFFD.
     */
    public void writeSource(OutputStream out) throws IOException {
        if (findings == 0) {
            out.write(sourceBytes, source.start(), source.length());
        } else {
            OneLine.copy(sourceBytes, source.start(), source.end(), out);
        }
    }

    /**
     * Gives the source to {@code reader} as {@link #writeSource} would write it; without a copy, unless it has to be
     * mended.
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

    /** The document's id as JSON, quotes included, for messages; at most 512 bytes before escaping. */
    public String idAsJson() {
        return text(id);
    }

    /** The document's index as JSON, quotes included, for messages. */
    public String indexAsJson() {
        return text(index);
    }

    /** Whether {@code json} is the id as it came, a JSON string. */
    public boolean hasId(byte[] json) {
        return equal(id, json);
    }

    /** Whether another document, of any index, has the same id as it came. */
    public boolean hasIdOf(Document other) {
        return Arrays.equals(bytes, id.start(), id.end(), other.bytes, other.id.start(), other.id.end());
    }

    /** Whether {@code json} is the index as it came, a JSON string. */
    public boolean hasIndex(byte[] json) {
        return equal(index, json);
    }

    private boolean equal(Range range, byte[] other) {
        return Arrays.equals(bytes, range.start(), range.end(), other, 0, other.length);
    }

    /** The document's routing as JSON, quotes included, or null where it was indexed without one. */
    public @Nullable String routingAsJson() {
        return hasRouting() ? text(routing) : null;
    }

    /** Writes the id as it came, a JSON string. */
    public void writeId(OutputStream out) throws IOException {
        out.write(bytes, id.start(), id.length());
    }

    /** Writes the index as it came, a JSON string. */
    public void writeIndex(OutputStream out) throws IOException {
        out.write(bytes, index.start(), index.length());
    }

    /** Whether the document was indexed with a routing of its own. */
    public boolean hasRouting() {
        return routing.length() > 0;
    }

    /** Writes the routing as it came, a JSON string; only where there is one. */
    public void writeRouting(OutputStream out) throws IOException {
        out.write(bytes, routing.start(), routing.length());
    }

    private String text(Range range) {
        return new String(bytes, range.start(), range.length(), StandardCharsets.UTF_8);
    }

    /** Takes a document's source where it lies. */
    public interface SourceReader {

        /** Reads {@code bytes[start, end)}, one JSON object, without changing or keeping the array. */
        void read(byte[] bytes, int start, int end) throws IOException;
    }

    /**
     * A run of bytes in an answer.
     *
     * @param start the first
     * @param end   behind the last
     */
    public record Range(int start, int end) {
        /** Nothing there. */
        public static final Range NONE = new Range(0, 0);

        /** How many bytes. */
        public int length() {
            return end - start;
        }
    }
}
