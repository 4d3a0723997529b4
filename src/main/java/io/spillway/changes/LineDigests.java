package io.spillway.changes;

import io.spillway.destination.Digests;
import io.spillway.json.MalformedJsonException;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;

/**
 * Digests of lines and of their keys: the first 16 bytes of the SHA-256, which is resistant to
 * collisions: two different documents cannot be made to look unchanged. Not thread-safe.
 */
final class LineDigests {
    private static final int SHA256_BYTES = 32;

    private final LineKeys keys;
    private final MessageDigest sha256 = Digests.sha256();
    private final byte[] digest = new byte[SHA256_BYTES];
    private final ByteBuffer halves = ByteBuffer.wrap(digest);

    LineDigests(LineKeys keys) {
        this.keys = keys;
    }

    /**
     * Digests {@code bytes[from, to)}, a line without its end.
     *
     * @param into gets digests, key and routing
     * @return false if the line has no key; the record is not changed then
     */
    boolean read(byte[] bytes, int from, int to, DigestRecord into) {
        try {
            if (!keys.read(bytes, from, to)) {
                return false;
            }
            digest(bytes, from, to - from);
            into.lineHigh = halves.getLong(0);
            into.lineLow = halves.getLong(Long.BYTES);
            int length = keys.canonicalLength();
            digest(keys.canonical(), 0, length);
            into.keyHigh = halves.getLong(0);
            into.keyLow = halves.getLong(Long.BYTES);
            into.setTail(bytes, keys.keyFrom(), keys.keyTo(), keys.routingFrom(), keys.routingTo());
            return true;
        } catch (MalformedJsonException e) {
            throw new IllegalStateException("a line that Spillway wrote is not valid", e);
        }
    }

    private void digest(byte[] bytes, int from, int length) {
        sha256.update(bytes, from, length);
        try {
            sha256.digest(digest, 0, SHA256_BYTES);
        } catch (DigestException impossible) {
            throw new IllegalStateException("SHA-256 has 32 bytes", impossible);
        }
    }
}
