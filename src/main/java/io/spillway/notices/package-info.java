/**
 * What a refused client is told: bodies for the site and for each dataset, as JSON, HTML and text, in each language. {@link
 * io.spillway.notices.NoticeWriter} puts them at a destination, {@link io.spillway.notices.NoticeFolder} reads them for who
 * answers by himself; {@link io.spillway.notices.NoticeFiles} says where they lie.
 *
 * <p>Made of the catalog, as pages are. Knows destinations by their port only, and asks the web by {@link
 * io.spillway.notices.AddressCheck}; nothing here limits anybody.
 */
@NullMarked
package io.spillway.notices;

import org.jspecify.annotations.NullMarked;
