package io.spillway.encode;

import io.spillway.source.Document;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/**
 * Turns documents into the bytes of one part: one {@code begin}, any number of {@link #encode}, one {@link #end}, all to
 * the same stream, which stays the caller's to close. Not thread-safe; a new one for each part.
 */
public interface Encoder extends AutoCloseable {

    /** The format's name in the manifest: {@code jsonl}. */
    String format();

    /** The ending of its parts' names before compression; the format's name unless it says otherwise. */
    default String extension() {
        return format();
    }

    /** Writes what stands before the first document, such as a header. */
    default void begin(OutputStream out) throws IOException {}

    /** The same for a format whose content depends on which part it is, or that needs a file to work with. */
    default void begin(PartPlace place, OutputStream out) throws IOException {
        begin(out);
    }

    /** Fields of the documents written so far that this format has no place for, with how many documents had each. */
    default Map<String, Long> leftOut() {
        return Map.of();
    }

    /** What the cells of the columns written so far are; without columns where the format has none. */
    default ColumnKinds columnKinds() {
        return new ColumnKinds();
    }

    /**
     * Whether the part has documents beside which this one finds no room, so that it has to begin the next part. A part
     * without documents takes any.
     */
    default boolean isFullFor(Document document) throws IOException {
        return false;
    }

    /** Writes one document, its line end included. */
    void encode(Document document, OutputStream out) throws IOException;

    /** Writes what stands behind the last document. A part without this call is not whole. */
    default void end(OutputStream out) throws IOException {}

    /** Frees what the encoder holds, in whatever state it is. Writes nothing and never fails. */
    @Override
    default void close() {}
}
