package io.spillway.destination;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A place that keeps published files. Safe for use by many threads; each {@link Upload} belongs to one.
 *
 * <p>Every failure is a {@link SpillwayException} with {@code DESTINATION_UNAVAILABLE} (it may pass) or
 * {@code DESTINATION_REFUSED} (somebody has to change something), or {@code INTEGRITY} where what the destination has is
 * not what it was sent; no exception type of a library leaves an adapter.
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

    /**
     * Every committed object whose key starts with {@code prefix}, in key order; uploads under way are not listed. Where
     * objects can be replaced, each with its version.
     */
    List<StoredObject> list(String prefix) throws SpillwayException;

    /**
     * The names of all files below a folder, relative to it and in order: also of those that are no objects here, because
     * their names could not be keys. For whoever wants to know that nothing else lies there. Empty where this destination
     * cannot tell what it has.
     *
     * @param folder the start of keys, ending in a slash, or empty for everything
     */
    default Optional<List<String>> namesBelow(String folder) throws SpillwayException {
        return Optional.of(list(folder).stream()
                .map(object -> object.key().value().substring(folder.length()))
                .toList());
    }

    /**
     * Replaces a small object, in one step, if it still is what it was when its version was told: who decides by what he
     * has read must not undo what somebody else has written since. This one looks just before it writes; a destination
     * that can decides in the same step.
     *
     * @param key     of an object that may be replaced, or of none
     * @param bytes   the new content
     * @param version of the object as {@link #list} or {@link #find} has told it, or null where there was none
     * @return false where somebody else has written or removed the object since, and nothing has changed
     */
    default boolean replace(ObjectKey key, byte[] bytes, @Nullable String version) throws SpillwayException {
        if (!Objects.equals(find(key).map(StoredObject::version).orElse(null), version)) {
            return false;
        }
        try (Upload upload = begin(key)) {
            upload.body().write(bytes);
            upload.commit();
            return true;
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "%s/%s could not be written: %s".formatted(name(), key, e.getMessage()),
                    "try again",
                    e);
        }
    }

    /** Removes an object; removing one that is not there succeeds. */
    void delete(ObjectKey key) throws SpillwayException;

    /**
     * Stores a finished file under a name that is never overwritten. Where an object of the same size and checksum stands
     * there already, from an earlier call that was broken off, it stays and nothing is sent; any other one is left alone
     * and the call fails as refused. What was stored is compared with the file, by size and checksum, as {@link
     * Upload#commit()} does.
     *
     * @param file complete and closed; stays the caller's, unchanged
     */
    StoredObject store(Path file, ObjectKey key) throws SpillwayException;

    /**
     * Sends the bytes of a finished file ahead, unseen by readers, so that a {@link #store} of the same file under the same
     * key only has to complete it. Does nothing where this destination cannot keep bytes unseen, or where an object has the
     * key.
     *
     * @param file complete and closed; stays the caller's, unchanged
     */
    default void prepare(Path file, ObjectKey key) throws SpillwayException {}

    /** Removes what {@link #prepare} has sent under the key and no {@link #store} has completed. */
    default void abandon(ObjectKey key) throws SpillwayException {}

    /**
     * Places the files of a finished folder (flat, no sub-folders) under {@code prefix}, {@code last} after all others:
     * its appearance is what makes the rest count. A dated name is never overwritten. Where {@link Traits#placesAtOnce}
     * nothing may stand under {@code prefix} before; elsewhere each file is {@linkplain #store stored}, so that a call
     * that was broken off is completed by the next one. Afterwards the folder's files may be gone (moved) or still
     * there; the folder stays the caller's to remove.
     *
     * @param folder a folder whose every file is complete and closed
     * @param prefix a key without a trailing slash, such as {@code journals/2026-11-21T030000Z}
     * @param last   the name of the file that makes the others count, such as {@code manifest.json}
     */
    void place(Path folder, ObjectKey prefix, String last) throws SpillwayException;

    /**
     * Where people and programs fetch an object without credentials, whether it is there or not; empty where nobody has
     * said that this destination is public.
     */
    default Optional<URI> publicAddress(ObjectKey key) {
        return Optional.empty();
    }

    /**
     * Where the torrent of a folder's files is that this destination makes by itself, some time after it has got them;
     * empty where it makes none.
     *
     * @param folder the start that the files' keys have in common, without a slash at its end
     */
    default Optional<URI> torrentAddress(ObjectKey folder) {
        return Optional.empty();
    }

    /**
     * Makes {@code name} stand for a folder of the destination, in one step, whatever it stood for before: readers who ask
     * for {@code NAME/FILE} get {@code FOLDER/FILE}. What is listed and found does not change.
     *
     * @param name   a key at which no object is
     * @param folder a key in the same folder as {@code name}
     * @return false where this destination has no such thing, and nothing has changed
     */
    default boolean link(ObjectKey name, ObjectKey folder) throws SpillwayException {
        return false;
    }

    /**
     * Undoes {@link #link}: {@code name} stands for no folder any more. Succeeds where it did not, and leaves an object of
     * that name alone.
     */
    default void unlink(ObjectKey name) throws SpillwayException {}

    /**
     * Removes what uploads of runs that died have left below a dataset, unseen by readers. The caller holds the dataset's
     * lock, and has completed what it wants to complete.
     *
     * @return how many uploads were removed
     */
    default int sweep(ObjectKey dataset) throws SpillwayException {
        return 0;
    }

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
     * @param keepsSiteFiles        any key can be kept, kept again with other bytes, and listed; where false, only
     *                              {@code DATASET/DUMPDATE/FILE} can, each once, and a listing begins with a dump
     */
    record Traits(
            boolean replacesAtomically,
            boolean listsWhatItJustStored,
            boolean placesAtOnce,
            long maxObjectBytes,
            boolean keepsSiteFiles) {

        /** The traits of a destination that keeps any key. */
        public Traits(
                boolean replacesAtomically, boolean listsWhatItJustStored, boolean placesAtOnce, long maxObjectBytes) {
            this(replacesAtomically, listsWhatItJustStored, placesAtOnce, maxObjectBytes, true);
        }
    }
}
