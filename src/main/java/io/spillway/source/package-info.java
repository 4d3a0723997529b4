/**
 * Where documents come from. {@link io.spillway.source.DocumentSource} freezes a {@link io.spillway.source.Snapshot},
 * whose {@link io.spillway.source.Slice slices} are read page by page through {@link io.spillway.source.PageReader}. An
 * adapter lives in a package below this one and is created by the command line's wiring alone.
 *
 * <p>Knows nothing of files, formats or destinations.
 */
@NullMarked
package io.spillway.source;

import org.jspecify.annotations.NullMarked;
