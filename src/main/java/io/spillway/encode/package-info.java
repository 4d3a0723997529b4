/**
 * How documents become lines of a part. {@link io.spillway.encode.Encoder} is the port; one encoder serves one part.
 *
 * <p>Knows nothing of compression, files or where documents come from.
 */
@NullMarked
package io.spillway.encode;

import org.jspecify.annotations.NullMarked;
