package io.spillway.destination;

import io.spillway.fault.SpillwayException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A place that keeps published files. Safe for use by many threads; each {@link Upload} belongs to one.
 *
 * <p>Every failure is a {@link SpillwayException} with {@code DESTINATION_UNAVAILABLE} (it may pass) or
 * {@code DESTINATION_REFUSED} (somebody has to change something); no exception type of a library leaves an adapter.
 */
public interface Destination extends AutoCloseable {

    /** How the destination is called in messages, without credentials: a path, {@code s3://bucket/prefix}. */
    String name();

    /** Starts an object. Readers see nothing of it until {@link Upload#commit()} returns. */
    Upload begin(ObjectKey key) throws SpillwayException;

    /** The object's bytes from the start. The caller closes the stream. Fails as refused if there is none. */
    InputStream open(ObjectKey key) throws SpillwayException;

    /** What is known of a committed object, or empty if there is none. */
    Optional<StoredObject> find(ObjectKey key) throws SpillwayException;

    /** Every committed object whose key starts with {@code prefix}, in key order; uploads under way are not listed. */
    List<StoredObject> list(String prefix) throws SpillwayException;

    /** Removes an object; removing one that is not there succeeds. */
    void delete(ObjectKey key) throws SpillwayException;

    /**
     * Places the files of a finished folder (flat, no sub-folders) under {@code prefix}, {@code last} after all others:
     * its appearance is what makes the rest count. Nothing may stand under {@code prefix} before: a dated name is never
     * overwritten, the call fails as refused instead. Afterwards the folder's files may be gone (moved) or still there;
     * the folder stays the caller's to remove.
     *
     * @param folder a folder whose every file is complete and closed
     * @param prefix a key without a trailing slash, such as {@code journals/2026-11-21T030000Z}
     * @param last   the name of the file that makes the others count, such as {@code manifest.json}
     */
    void place(Path folder, ObjectKey prefix, String last) throws SpillwayException;

    /** What this destination can and cannot do, as facts that tests and callers read. */
    Traits traits();

    @Override
    void close();

    /**
     * What a destination can do.
     *
     * @param replacesAtomically    a second commit to a key shows readers the old object or the new one, nothing between
     * @param listsWhatItJustStored a listing that starts after a commit has the object
     * @param placesAtOnce          {@link #place} is one step: readers see all of the folder's files or none
     * @param maxObjectBytes        the largest object that can be stored, in bytes
     */
    record Traits(
            boolean replacesAtomically, boolean listsWhatItJustStored, boolean placesAtOnce, long maxObjectBytes) {}
}
