package io.spillway.verify;

import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import org.jspecify.annotations.Nullable;

/**
 * The location of one dump's files.
 *
 * @param destination a store; closed by the caller
 * @param folder      the key prefix of the files, ending in a slash; empty if the destination is the dump's folder
 * @param called      the dump's id, or only its date, according to the location; null if unknown
 */
public record DumpPlace(
        Destination destination, String folder, @Nullable String called) {

    /** A dump below its dataset, under its own name: {@code journals/2026-11-21T030000Z}. */
    public static DumpPlace of(Destination destination, ObjectKey prefix) {
        return new DumpPlace(destination, prefix + "/", prefix.value());
    }

    /** The key of one of its files. */
    public ObjectKey key(String file) {
        return new ObjectKey(folder + file);
    }

    /** The name for messages, without a trailing slash. */
    public String name() {
        String name = destination.name();
        String whole = (name.endsWith("/") || folder.isEmpty() ? name : name + "/") + folder;
        return whole.endsWith("/") ? whole.substring(0, whole.length() - 1) : whole;
    }
}
