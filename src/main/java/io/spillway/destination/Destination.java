package io.spillway.destination;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A store for published files. Thread-safe; each {@link Upload} belongs to one thread.
 *
 * <p>Every failure is a {@link SpillwayException}: {@code DESTINATION_UNAVAILABLE} if it may be temporary,
 * {@code DESTINATION_REFUSED} if the operator has to change something, {@code INTEGRITY} if the destination has other
 * bytes than it was sent. Adapters let no exception type of a library escape.
 */
public interface Destination extends AutoCloseable {

    /** The destination's name in messages, without credentials: a path, {@code s3://bucket/prefix}. */
    String name();

    /** Starts an object. Readers do not see it until {@link Upload#commit()} returns. */
    Upload begin(ObjectKey key) throws SpillwayException;

    /**
     * Opens an object's content from the start. The caller closes the stream. Fails with {@code DESTINATION_REFUSED} if
     * there is no such object.
     */
    InputStream open(ObjectKey key) throws SpillwayException;

    /** The metadata of a committed object; empty if there is none. */
    Optional<StoredObject> find(ObjectKey key) throws SpillwayException;

    /**
     * Every committed object whose key starts with {@code prefix}, in key order, without uploads in progress. Objects
     * that can be replaced have their version.
     */
    List<StoredObject> list(String prefix) throws SpillwayException;

    /**
     * Replaces a small object atomically if its version has not changed, so that a decision based on what was read does
     * not undo another writer's change. This implementation checks just before it writes; a destination that supports
     * it checks in the same step.
     *
     * @param key     of an object that may be replaced or may not exist
     * @param bytes   the new content
     * @param version from {@link #list} or {@link #find}, or null if there was no object
     * @return false if another writer has changed or removed the object since; nothing has changed then
     */
    default boolean replace(ObjectKey key, byte[] bytes, @Nullable String version) throws SpillwayException {
        if (!Objects.equals(find(key).map(StoredObject::version).orElse(null), version)) {
            return false;
        }
        write(key, bytes);
        return true;
    }

    /** Writes a small object; replaces one that has the key. */
    default void write(ObjectKey key, byte[] bytes) throws SpillwayException {
        try (Upload upload = begin(key)) {
            upload.body().write(bytes);
            upload.commit();
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot write %s/%s: %s".formatted(name(), key, e.getMessage()),
                    "try again",
                    e);
        }
    }

    /**
     * Whether an object has exactly these bytes, so that it need not be written again. Fails if there is no such object.
     */
    default boolean holds(ObjectKey key, byte[] bytes) throws SpillwayException, IOException {
        try (InputStream in = open(key)) {
            return Arrays.equals(in.readNBytes(bytes.length + 1), bytes);
        }
    }

    /**
     * Whether an object that was just listed or found has exactly these bytes. Reads the object, unless what is known of it
     * proves that it has them.
     */
    default boolean holds(StoredObject object, byte[] bytes) throws SpillwayException, IOException {
        return object.bytes() == bytes.length && holds(object.key(), bytes);
    }

    /** Removes an object; succeeds if there is none. */
    void delete(ObjectKey key) throws SpillwayException;

    /**
     * Stores a finished file under a name that is never overwritten. If an object with the same size and checksum
     * exists, from an earlier interrupted call, nothing is sent; a different object is left alone and the call fails
     * with {@code DESTINATION_REFUSED}. The stored object is compared with the file, by size and checksum, as in
     * {@link Upload#commit()}.
     *
     * @param file complete and closed; remains unchanged and belongs to the caller
     */
    StoredObject store(Path file, ObjectKey key) throws SpillwayException;

    /**
     * Uploads the bytes of a finished file without making them visible, so that a later {@link #store} of the same file
     * under the same key only has to complete it. Does nothing if this destination cannot keep invisible bytes, or if
     * an object has the key.
     *
     * @param file complete and closed; remains unchanged and belongs to the caller
     */
    default void prepare(Path file, ObjectKey key) throws SpillwayException {}

    /** Removes what {@link #prepare} has uploaded under the key and no {@link #store} has completed. */
    default void abandon(ObjectKey key) throws SpillwayException {}

    /**
     * Places the files of a finished, flat folder under {@code prefix}, {@code last} after all others, because its
     * existence makes the others valid. Dated names are never overwritten. If {@link Traits#placesAtOnce}, nothing may
     * exist under {@code prefix} before; otherwise each file is {@linkplain #store stored}, so that the next call
     * completes an interrupted one. Afterwards the files may have been moved out of the folder; the caller removes the
     * folder.
     *
     * @param folder a folder whose files are all complete and closed
     * @param prefix a key without a trailing slash, such as {@code journals/2026-11-21T030000Z}
     * @param last   name of the file that makes the others valid, such as {@code manifest.json}
     */
    void place(Path folder, ObjectKey prefix, String last) throws SpillwayException;

    /**
     * The URL from which people and programs fetch an object without credentials, whether it exists or not; empty if
     * this destination is not configured as public.
     */
    default Optional<URI> publicAddress(ObjectKey key) {
        return Optional.empty();
    }

    /**
     * Removes invisible left-overs of uploads by crashed runs below a dataset. The caller holds the dataset's lock and
     * has completed what it wants to complete.
     *
     * @return number of removed uploads
     */
    default int sweep(ObjectKey dataset) throws SpillwayException {
        return 0;
    }

    /** What this destination supports, for callers and contract tests. */
    Traits traits();

    /**
     * What only some destinations can do: {@link FolderLinks}, {@link FolderNames}, {@link HeldUploads}, {@link LocalFolders},
     * {@link RequestPreview}, {@link SiteLock}, {@link Torrents}. An adapter has a capability if it implements the
     * interface; one that wraps another destination may pass on what that one can do. Empty without the capability.
     */
    default <C> Optional<C> capability(Class<C> type) {
        return type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
    }

    @Override
    void close();

    /**
     * What a destination supports.
     *
     * @param replacesAtomically    after a second commit to a key, readers see the old object or the new one, nothing
     *                              between
     * @param listsWhatItJustStored a listing that starts after a commit contains the object
     * @param placesAtOnce          {@link #place} is atomic: readers see all of the folder's files or none
     * @param maxObjectBytes        size of the largest object that can be stored, in bytes
     * @param keepsSiteFiles        any key can be stored, replaced and listed; if false, only
     *                              {@code DATASET/DUMPDATE/FILE}, each once, and a listing has to start with a dump
     */
    record Traits(
            boolean replacesAtomically,
            boolean listsWhatItJustStored,
            boolean placesAtOnce,
            long maxObjectBytes,
            boolean keepsSiteFiles) {

        /** The traits of a destination that stores any key. */
        public Traits(
                boolean replacesAtomically, boolean listsWhatItJustStored, boolean placesAtOnce, long maxObjectBytes) {
            this(replacesAtomically, listsWhatItJustStored, placesAtOnce, maxObjectBytes, true);
        }
    }
}
