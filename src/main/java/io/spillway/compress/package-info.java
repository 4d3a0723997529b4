/**
 * Compresses the bytes of a part: {@link io.spillway.compress.Compression}. One stream is one file: a single gzip
 * member, zstd frame, xz or bzip2 stream, the same bytes for the same input, and a reader that accepts nothing else.
 * zstd is bundled native code: check {@link io.spillway.compress.Compression#whyUnavailable()} before using it. gzip
 * uses {@link io.spillway.libdeflate.LibDeflate} if the system has that library.
 *
 * <p>Knows nothing of documents, files or destinations: streams only.
 */
@NullMarked
package io.spillway.compress;

import org.jspecify.annotations.NullMarked;
