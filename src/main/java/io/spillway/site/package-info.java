/**
 * What is rendered from the catalog, and the order in which it is replaced: {@link io.spillway.site.SiteWriter}.
 *
 * <p>Knows destinations by their port only; everything it says comes from the catalog.
 */
@NullMarked
package io.spillway.site;

import org.jspecify.annotations.NullMarked;
