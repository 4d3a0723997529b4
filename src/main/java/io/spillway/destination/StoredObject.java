package io.spillway.destination;

import org.jspecify.annotations.Nullable;

/**
 * A committed object as reported by its destination.
 *
 * @param key     its name
 * @param bytes   its length in bytes
 * @param sha256  its SHA-256 in lower-case hex if the destination knows it without reading the object, otherwise null
 * @param version an opaque value for {@link Destination#replace} that changes with the object's content; null if the
 *                destination or the call does not report one
 */
public record StoredObject(
        ObjectKey key,
        long bytes,
        @Nullable String sha256,
        @Nullable String version) {

    /** An object without a version. */
    public StoredObject(ObjectKey key, long bytes, @Nullable String sha256) {
        this(key, bytes, sha256, null);
    }
}
