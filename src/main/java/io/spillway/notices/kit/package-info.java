/**
 * What a site's own server needs in order to answer with the notices: include files for nginx, HAProxy, Varnish, Apache
 * httpd and Caddy, and lines for robots.txt. Begin with {@link io.spillway.notices.kit.ServerKit}; what all of them are
 * made of is a {@link io.spillway.notices.kit.KitSite}.
 *
 * <p>Texts with gaps are resources beside these classes. Nothing of a dataset reaches a configuration but its name, paths
 * of a small alphabet, and its title as a comment of one line. Knows neither catalogs nor destinations.
 */
@NullMarked
package io.spillway.notices.kit;

import org.jspecify.annotations.NullMarked;
