package io.spillway.pipeline;

/**
 * When a part is full and the next begins.
 *
 * @param documents the most documents in a part, at least 1
 * @param bytes     the length of its file after which no document is added, at least 1; a part may be longer by one
 *                  document and what was in the buffers before the file, about 200 KiB, an archive by one of its files
 */
public record PartLimits(long documents, long bytes) {
    /** Fails with {@link IllegalArgumentException} on limits that nothing could meet. */
    public PartLimits {
        if (documents < 1 || bytes < 1) {
            throw new IllegalArgumentException("a part holds at least 1 document and 1 byte");
        }
    }
}
