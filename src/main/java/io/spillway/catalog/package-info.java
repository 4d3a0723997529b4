/**
 * What is published at a destination. {@link io.spillway.catalog.Catalog} reads it from the manifests there and nothing
 * else, so that it can be rebuilt at any time and is the same for every reader. {@link io.spillway.catalog.Listing} is
 * its machine-readable form in {@code latest.json} and {@code links.json}.
 *
 * <p>Depends on destinations only through their port, and on no page, feed or notice: these are rendered from it.
 */
@NullMarked
package io.spillway.catalog;

import org.jspecify.annotations.NullMarked;
