package io.spillway.encode;

import io.spillway.source.Document;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/** Turns documents into the bytes of one part. Not thread-safe; a new one for each part. */
public interface Encoder {

    /** The format's name in the manifest: {@code jsonl}. */
    String format();

    /** The ending of its parts' names before compression; the format's name unless it says otherwise. */
    default String extension() {
        return format();
    }

    /** Writes what stands before the first document, such as a header. */
    default void begin(OutputStream out) throws IOException {}

    /** Fields of the documents written so far that this format has no place for, with how many documents had each. */
    default Map<String, Long> leftOut() {
        return Map.of();
    }

    /** Writes one document, its line end included. */
    void encode(Document document, OutputStream out) throws IOException;
}
