/**
 * The Internet Archive as a destination: {@link io.spillway.destination.archive.InternetArchive}. A dump is an item, a
 * file of the dump a file of the item. What the archive has answered is not what it shows: a file counts as stored when
 * the item's record names it with the right size, MD5 and SHA-1.
 *
 * <p>Knows the address of a dump, and nothing of what is in its files. Requests are described by {@code ArchiveRequest},
 * which never holds a key; {@code ArchiveClient} alone has them, adds them while sending, and sends them to the
 * archive's own hosts only.
 */
@NullMarked
package io.spillway.destination.archive;

import org.jspecify.annotations.NullMarked;
