package io.spillway.destination;

import io.spillway.fault.SpillwayException;
import java.io.OutputStream;

/**
 * An object being written, by one thread. Closing without committing discards every byte, on every path; {@link
 * #commit()} is the only way to publish.
 */
public interface Upload extends AutoCloseable {

    /** Takes the object's bytes. Closing the stream does not publish anything. */
    OutputStream body();

    /**
     * Completes the object, compares size and checksum with what the destination reports, and makes it visible. An
     * object that stood under the key before is replaced. To be called once.
     */
    StoredObject commit() throws SpillwayException;

    /** Discards what was not committed; after a commit, does nothing. */
    @Override
    void close();
}
