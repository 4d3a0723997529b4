package io.spillway.destination;

import io.spillway.fault.SpillwayException;
import java.io.OutputStream;

/**
 * An object being written by one thread. Closing it without a commit discards all bytes; {@link #commit()} is the only
 * way to publish.
 */
public interface Upload extends AutoCloseable {

    /** The stream that takes the object's content. Closing it does not publish anything. */
    OutputStream body();

    /**
     * Completes the object, compares size and checksum with what the destination reports, and makes it visible.
     * Replaces an existing object. Call it once.
     */
    StoredObject commit() throws SpillwayException;

    /** Discards uncommitted bytes; does nothing after a commit. */
    @Override
    void close();
}
