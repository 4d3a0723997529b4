package io.spillway.destination;

import io.spillway.dataset.DumpId;
import java.util.regex.Pattern;

/**
 * The name of an object: segments of {@code A-Z a-z 0-9 . _ -} joined by {@code /}. No segment is empty, {@code .} or
 * {@code ..}, so a key cannot leave its destination and needs no escaping in a URL, a path or a checksum file.
 *
 * @param value the whole name, 1 to 1,000 characters (S3 allows 1,024 bytes; the rest is reserved for a prefix)
 */
public record ObjectKey(String value) implements Comparable<ObjectKey> {
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9._-]+");
    private static final int MAX_LENGTH = 1_000;

    /** @throws IllegalArgumentException for any other name; names come from Spillway, never from a document */
    public ObjectKey {
        if (value.isEmpty() || value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a key must have 1 to " + MAX_LENGTH + " characters, not " + value.length());
        }
        for (String segment : value.split("/", -1)) {
            if (!SEGMENT.matcher(segment).matches() || segment.equals(".") || segment.equals("..")) {
                throw new IllegalArgumentException("not a key: \"" + value + "\"");
            }
        }
    }

    /** The prefix of a dump's files: {@code DATASET/STAMP}. */
    public static ObjectKey of(DumpId dump) {
        return new ObjectKey(dump.toString());
    }

    /** The key one level below this one. */
    public ObjectKey child(String name) {
        return new ObjectKey(value + "/" + name);
    }

    /** The last segment. */
    public String name() {
        return value.substring(value.lastIndexOf('/') + 1);
    }

    @Override
    public int compareTo(ObjectKey other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
