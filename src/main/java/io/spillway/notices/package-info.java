/**
 * Notices: response bodies for refused clients, for the site and for each dataset, as JSON, HTML and text, in each
 * language. {@link io.spillway.notices.NoticeWriter} writes them to a destination, {@link
 * io.spillway.notices.NoticeFolder} reads them for servers that answer themselves; {@link
 * io.spillway.notices.NoticeFiles} defines their paths.
 *
 * <p>Built from the catalog, as pages are. Uses destinations only through their port, and the web through {@link
 * io.spillway.notices.AddressCheck}. Does not limit requests itself.
 */
@NullMarked
package io.spillway.notices;

import org.jspecify.annotations.NullMarked;
