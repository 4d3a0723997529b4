package io.spillway.pipeline;

/**
 * The maximum size of a part.
 *
 * @param documents maximum number of documents in a part, at least 1
 * @param bytes     length of the file after which no document is added, at least 1; a part can be longer by one
 *                  document and the content of buffers, and an archive by one of its files. The buffers are about 200
 *                  KiB, and those of a compressor: libdeflate compresses 1 MiB at once
 */
public record PartLimits(long documents, long bytes) {
    /** @throws IllegalArgumentException if a limit is less than 1 */
    public PartLimits {
        if (documents < 1 || bytes < 1) {
            throw new IllegalArgumentException("the limits of a part must be at least 1 document and 1 byte");
        }
    }
}
