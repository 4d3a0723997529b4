package io.spillway.apply;

import io.spillway.destination.Digests;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** The first 16 bytes of the SHA-256 of a line, as {@link io.spillway.manifest.Changes.Digest} adds them. Not thread-safe. */
final class LineDigest {
    private final MessageDigest sha256 = Digests.sha256();
    private long high;
    private long low;

    /** Takes {@code bytes[from, to)}, a line without its line end. */
    void read(byte[] bytes, int from, int to) {
        sha256.update(bytes, from, to - from);
        ByteBuffer digest = ByteBuffer.wrap(sha256.digest());
        high = digest.getLong();
        low = digest.getLong();
    }

    /** The first eight bytes of the last line's digest. */
    long high() {
        return high;
    }

    /** The next eight bytes. */
    long low() {
        return low;
    }
}
