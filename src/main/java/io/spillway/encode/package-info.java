/**
 * How documents become the content of a part: lines, rows or archives. {@link io.spillway.encode.Encoder} is the port; one encoder serves one part.
 *
 * <p>Knows nothing of compression or of where documents come from, and of files only the scratch file that it is given.
 */
@NullMarked
package io.spillway.encode;

import org.jspecify.annotations.NullMarked;
