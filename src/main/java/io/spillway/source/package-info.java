/**
 * The source of documents. {@link io.spillway.source.DocumentSource} takes a {@link io.spillway.source.Snapshot}, whose
 * {@link io.spillway.source.Slice slices} are read page by page through {@link io.spillway.source.PageReader}. An
 * adapter has a package below this one and is created only by {@code run.Sources}.
 *
 * <p>Does not use files, formats or destinations.
 */
@NullMarked
package io.spillway.source;

import org.jspecify.annotations.NullMarked;
