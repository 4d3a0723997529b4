/**
 * The Internet Archive as a destination: {@link io.spillway.destination.archive.InternetArchive}. A dump is an item, a
 * file of the dump is a file of the item. Accepted uploads are not visible at once: a file counts as stored when the
 * item's record lists it with the right size, MD5 and SHA-1.
 *
 * <p>Knows the id of a dump, not the content of its files. {@code ArchiveRequest} describes requests and never contains
 * a key; only {@code ArchiveClient} has the keys, adds them while sending, and sends them only to the archive's own
 * hosts.
 */
@NullMarked
package io.spillway.destination.archive;

import org.jspecify.annotations.NullMarked;
