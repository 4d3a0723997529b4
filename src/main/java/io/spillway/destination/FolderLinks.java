package io.spillway.destination;

import io.spillway.fault.SpillwayException;

/** The capability of a destination whose folders can have a second name. Thread-safe. */
public interface FolderLinks {

    /**
     * Atomically makes {@code name} an alias of a folder, replacing any previous target: readers who request
     * {@code NAME/FILE} get {@code FOLDER/FILE}. Does not affect {@link Destination#list} and {@link Destination#find}.
     *
     * @param name   a key without an object
     * @param folder a key in the same folder as {@code name}
     * @return false if the place of this folder does not support aliases; nothing has changed then
     */
    boolean link(ObjectKey name, ObjectKey folder) throws SpillwayException;

    /**
     * Undoes {@link #link}: {@code name} no longer names a folder. Succeeds if it did not, and leaves an object of that
     * name alone.
     */
    void unlink(ObjectKey name) throws SpillwayException;

    /**
     * Whether a name is free: it does not exist, or it is an object or a link as this destination makes them.
     *
     * @param link whether the name is for {@link #link}, else it is for an object
     */
    boolean mayTake(ObjectKey name, boolean link) throws SpillwayException;
}
