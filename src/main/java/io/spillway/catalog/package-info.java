/**
 * What is published at a destination: {@link io.spillway.catalog.Catalog} reads it from the manifests there and from
 * nothing else, so that it can be had again from nothing and is the same for whoever reads it; {@link
 * io.spillway.catalog.Listing} says it to machines as {@code latest.json}, {@code links.json} and {@code status.json}.
 *
 * <p>Knows destinations by their port only, and no page, feed or notice: these are rendered from it.
 */
@NullMarked
package io.spillway.catalog;

import org.jspecify.annotations.NullMarked;
