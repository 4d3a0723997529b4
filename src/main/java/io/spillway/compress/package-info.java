/**
 * How the bytes of a part are compressed: {@link io.spillway.compress.Compression}. One stream is one file: a single
 * gzip member, zstd frame, xz or bzip2 stream, the same bytes for the same input, and a reader that accepts nothing
 * else. There are two pieces of native code. zstd's comes with the program: ask {@link
 * io.spillway.compress.Compression#whyUnavailable()} before using it. libdeflate makes gzip faster where the system has
 * it; begin with {@code GzipMember}.
 *
 * <p>Knows nothing of documents, files or destinations: streams only.
 */
@NullMarked
package io.spillway.compress;

import org.jspecify.annotations.NullMarked;
