/**
 * Whether a site is as good as its word, seen from outside: {@link io.spillway.fresh.SiteCheck} follows the links that
 * everybody is given and compares what answers with what they say.
 *
 * <p>Knows the web by a port only, and the site by its public files: nothing here has rights that a reader has not.
 */
@NullMarked
package io.spillway.fresh;

import org.jspecify.annotations.NullMarked;
