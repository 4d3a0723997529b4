package io.spillway.verify;

import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import org.jspecify.annotations.Nullable;

/**
 * Where the files of one dump lie.
 *
 * @param destination a place that keeps files; stays the caller's to close
 * @param folder      the start of the files' keys there, ending in a slash; empty where the destination is the dump's folder
 * @param called      what the place says that the dump is: its id, or only its date; null where it says nothing
 */
public record DumpPlace(
        Destination destination, String folder, @Nullable String called) {

    /** A dump below its dataset, under its own name: {@code journals/2026-11-21T030000Z}. */
    public static DumpPlace of(Destination destination, ObjectKey prefix) {
        return new DumpPlace(destination, prefix + "/", prefix.value());
    }

    /** The key of one of its files. */
    ObjectKey key(String file) {
        return new ObjectKey(folder + file);
    }

    /** How to call it in messages; without a slash at its end. */
    public String name() {
        String name = destination.name();
        String whole = (name.endsWith("/") || folder.isEmpty() ? name : name + "/") + folder;
        return whole.endsWith("/") ? whole.substring(0, whole.length() - 1) : whole;
    }
}
