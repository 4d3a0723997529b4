/**
 * How the bytes of a part are compressed: {@link io.spillway.compress.Compression}. One stream is one file: a single
 * member, the same bytes for the same input, and a reader that accepts nothing else.
 *
 * <p>Knows nothing of documents, files or destinations: streams only.
 */
@NullMarked
package io.spillway.compress;

import org.jspecify.annotations.NullMarked;
