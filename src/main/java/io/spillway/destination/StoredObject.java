package io.spillway.destination;

import org.jspecify.annotations.Nullable;

/**
 * A committed object as its destination reports it.
 *
 * @param key     its name
 * @param bytes   its length in bytes
 * @param sha256  its SHA-256 in lower-case hex where the destination knows it without reading the object, else null
 * @param version changes with every other content that is stored under the key, and means nothing else: to be given back
 *                to {@link Destination#replace}. Null where the destination, or the call, tells none
 */
public record StoredObject(
        ObjectKey key,
        long bytes,
        @Nullable String sha256,
        @Nullable String version) {

    /** An object of which no version is told. */
    public StoredObject(ObjectKey key, long bytes, @Nullable String sha256) {
        this(key, bytes, sha256, null);
    }
}
