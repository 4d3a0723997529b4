package io.spillway.destination;

import org.jspecify.annotations.Nullable;

/**
 * A committed object as its destination reports it.
 *
 * @param key    its name
 * @param bytes  its length in bytes
 * @param sha256 its SHA-256 in lower-case hex where the destination knows it without reading the object, else null
 */
public record StoredObject(
        ObjectKey key, long bytes, @Nullable String sha256) {}
