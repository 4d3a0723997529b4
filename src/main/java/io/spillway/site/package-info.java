/**
 * Renders everything that points at dumps from the catalog, and replaces it in order: {@link
 * io.spillway.site.SiteWriter}.
 *
 * <p>Uses destinations only through their port; all content comes from the catalog.
 */
@NullMarked
package io.spillway.site;

import org.jspecify.annotations.NullMarked;
