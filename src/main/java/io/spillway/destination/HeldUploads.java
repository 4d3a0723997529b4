package io.spillway.destination;

import io.spillway.fault.SpillwayException;
import java.nio.file.Path;

/**
 * The capability of a destination that keeps the bytes of a file unseen until its upload is completed, also by another
 * process. An upload is known by its own text: nothing here touches another upload of the same key, except
 * {@link #abortBelow}. Thread-safe.
 */
public interface HeldUploads {

    /**
     * Uploads a finished file, also an empty one, without making it visible. Several uploads of one key may exist.
     *
     * @param file complete and closed; remains unchanged and belongs to the caller
     * @param key  the final key, which is never overwritten
     * @return a text of one line by which the upload is completed or aborted, by this process or another one; it contains
     *     no secret
     */
    String hold(Path file, ObjectKey key) throws SpillwayException;

    /**
     * Makes the file visible if no object has its key, and compares the object with the file by size and checksum. Succeeds
     * if this upload was completed before.
     *
     * @throws SpillwayException the upload was aborted, another object has the key, or the store does not answer
     */
    StoredObject complete(String held) throws SpillwayException;

    /** The key of an upload. */
    ObjectKey heldKey(String held) throws SpillwayException;

    /** Ends an upload without a file; succeeds if it has already ended. */
    void abort(String held) throws SpillwayException;

    /**
     * Ends every unfinished upload below {@code folder/}.
     *
     * @return the number of uploads that were ended
     */
    int abortBelow(ObjectKey folder) throws SpillwayException;
}
