package io.spillway.encode;

import io.spillway.source.Document;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/**
 * Encodes documents as the bytes of one part: one {@code begin}, any number of {@link #encode}, one {@link #end}, all
 * with the same stream, which the caller closes. Not thread-safe; used for one part.
 */
public interface Encoder extends AutoCloseable {

    /** The format's name in the manifest: {@code jsonl}. */
    String format();

    /** The file extension of its parts before compression; by default the format's name. */
    default String extension() {
        return format();
    }

    /** Writes what precedes the first document, such as a header. */
    default void begin(OutputStream out) throws IOException {}

    /** The same for a format whose content depends on the part, or that needs a scratch file. */
    default void begin(PartPlace place, OutputStream out) throws IOException {
        begin(out);
    }

    /** Fields without a place in this format, with the number of documents so far that have them. */
    default Map<String, Long> leftOut() {
        return Map.of();
    }

    /** The kinds of cells written so far; empty if the format has no columns. */
    default ColumnKinds columnKinds() {
        return new ColumnKinds();
    }

    /**
     * Whether this document does not fit beside the part's documents and has to begin the next part. An empty part
     * accepts any document.
     */
    default boolean isFullFor(Document document) throws IOException {
        return false;
    }

    /** Heap in bytes that an open part takes besides buffers; 0 for a format that writes each document at once. */
    default long heapBytes() {
        return 0;
    }

    /** Writes one document, including its line end. */
    void encode(Document document, OutputStream out) throws IOException;

    /** Writes what follows the last document. A part without this call is incomplete. */
    default void end(OutputStream out) throws IOException {}

    /** Releases the encoder's resources, whatever its state. Writes nothing and never fails. */
    @Override
    default void close() {}
}
