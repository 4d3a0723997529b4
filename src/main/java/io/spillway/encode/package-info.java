/**
 * Encodes documents as the content of a part: lines, rows or archives. {@link io.spillway.encode.Encoder} is the port;
 * one encoder serves one part.
 *
 * <p>Knows nothing of compression or the source of the documents, and no file except the given scratch file.
 */
@NullMarked
package io.spillway.encode;

import org.jspecify.annotations.NullMarked;
