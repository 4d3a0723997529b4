package io.spillway.apply;

import io.spillway.changes.LineKeys;
import io.spillway.json.MalformedJsonException;

/** 128 bits for the key of a line. Equal keys have equal digests, however they are escaped. Not thread-safe. */
final class KeyDigest {
    private final LineKeys keys;
    private final LineDigest digest = new LineDigest();

    private KeyDigest(LineKeys keys) {
        this.keys = keys;
    }

    /**
     * The keys of a dump's lines.
     *
     * @param key     {@code _id}, or the dotted path of a field
     * @param wrapped whether lines have the document in {@code _source}
     */
    static KeyDigest of(String key, boolean wrapped) {
        return new KeyDigest(new LineKeys(key, wrapped));
    }

    /** The keys of the lines in files of kind {@code deleted}. */
    static KeyDigest ofDeleted() {
        return new KeyDigest(new LineKeys("key", false));
    }

    /** Reads {@code bytes[from, to)}, a line without its end; returns whether it has exactly one key. */
    boolean read(byte[] bytes, int from, int to) {
        try {
            if (!keys.read(bytes, from, to)) {
                return false;
            }
        } catch (MalformedJsonException | RuntimeException damaged) {
            // Lines are not validated while they are walked, and a damaged one can mislead the walk.
            return false;
        }
        int length = keys.canonicalLength();
        digest.read(keys.canonical(), 0, length);
        return true;
    }

    long high() {
        return digest.high();
    }

    long low() {
        return digest.low();
    }
}
