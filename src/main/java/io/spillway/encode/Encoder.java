package io.spillway.encode;

import io.spillway.source.Document;
import java.io.IOException;
import java.io.OutputStream;

/** Turns documents into the bytes of one part. Not thread-safe; a new one for each part. */
public interface Encoder {

    /** The format's name in the manifest, and the ending of its parts before compression: {@code jsonl}. */
    String extension();

    /** Writes what stands before the first document, such as a header. */
    default void begin(OutputStream out) throws IOException {}

    /** Writes one document, its line end included. */
    void encode(Document document, OutputStream out) throws IOException;
}
