/**
 * Pages and feeds, rendered from the catalog. {@link io.spillway.page.Pages} defines the files.
 *
 * <p>Templates are in {@code src/main/jte} and escape by context; texts are in bundles, one per language. Nothing here
 * writes to a destination.
 */
@NullMarked
package io.spillway.page;

import org.jspecify.annotations.NullMarked;
