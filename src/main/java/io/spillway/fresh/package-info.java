/**
 * Checks a site from outside: {@link io.spillway.fresh.SiteCheck} follows the public links and compares the responses
 * with them.
 *
 * <p>Uses the web only through a port, and the site only through its public files: nothing here has more rights than a
 * reader.
 */
@NullMarked
package io.spillway.fresh;

import org.jspecify.annotations.NullMarked;
