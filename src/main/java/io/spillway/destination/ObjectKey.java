package io.spillway.destination;

import io.spillway.dataset.DumpId;

/**
 * The name of an object: segments of {@code A-Z a-z 0-9 . _ -} joined by {@code /}. No segment is empty, {@code .} or
 * {@code ..}, so a key cannot leave its destination and needs no escaping in a URL, a path or a checksum file.
 *
 * @param value the whole name, 1 to 1,000 characters (S3 allows 1,024 bytes; the rest is reserved for a prefix)
 */
public record ObjectKey(String value) implements Comparable<ObjectKey> {
    private static final int MAX_LENGTH = 1_000;

    /** @throws IllegalArgumentException for any other name; names come from Spillway, never from a document */
    public ObjectKey {
        if (value.isEmpty() || value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a key must have 1 to " + MAX_LENGTH + " characters, not " + value.length());
        }
        int start = 0;
        while (start <= value.length()) {
            int slash = value.indexOf('/', start);
            int end = slash < 0 ? value.length() : slash;
            if (!isSegment(value, start, end)) {
                throw new IllegalArgumentException("not a key: \"" + value + "\"");
            }
            start = end + 1;
        }
    }

    /** The prefix of a dump's files: {@code DATASET/STAMP}. */
    public static ObjectKey of(DumpId dump) {
        return new ObjectKey(dump.toString());
    }

    /** Letters, digits, dots, underscores and hyphens of ASCII, at least one; not the names of this folder or its parent. */
    private static boolean isSegment(String value, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = value.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        boolean dots =
                value.startsWith("..", start) ? end - start == 2 : end - start == 1 && value.charAt(start) == '.';
        return end > start && !dots;
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
