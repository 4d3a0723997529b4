/**
 * Configuration of a site's own server for answering with the notices: include files for nginx, HAProxy, Varnish,
 * Apache httpd and Caddy, and lines for robots.txt. Start with {@link io.spillway.notices.kit.ServerKit}; {@link
 * io.spillway.notices.kit.KitSite} is the input of all kits.
 *
 * <p>Templates are resources next to these classes. Of a dataset, only its name, paths of a small alphabet, and its
 * title as a one-line comment reach a configuration. Depends on neither catalogs nor destinations.
 */
@NullMarked
package io.spillway.notices.kit;

import org.jspecify.annotations.NullMarked;
