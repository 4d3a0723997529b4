package io.spillway.destination.archive;

import io.spillway.destination.archive.ArchiveRequest.Header;
import io.spillway.destination.archive.ArchiveRequest.Keys;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds the requests to the archive, without keys. Names of items and files need no escaping: they consist of
 * {@code A-Z a-z 0-9 . _ -}, and {@code /} between a file's segments.
 */
final class Requests {
    /** Otherwise deleted and replaced files are moved to {@code history/} and count towards the item's size forever. */
    private static final Header NO_OLD_VERSIONS = new Header("x-archive-keep-old-version", "0");

    private final ArchiveOptions options;

    Requests(ArchiveOptions options) {
        this.options = options;
    }

    /**
     * Uploads a file and creates the item if it does not exist.
     *
     * @param itemBytes final size of the item, so that it is created on a node with room
     */
    ArchiveRequest put(Item item, LocalFile file, long itemBytes) {
        List<Header> headers = new ArrayList<>();
        headers.add(new Header("Content-MD5", file.sums().md5()));
        headers.add(new Header("x-archive-auto-make-bucket", "1"));
        // Previews of compressed data are useless, and generating them blocks the item's queue.
        headers.add(new Header("x-archive-queue-derive", "0"));
        headers.add(new Header("x-archive-size-hint", String.valueOf(itemBytes)));
        headers.add(NO_OLD_VERSIONS);
        headers.addAll(MetadataHeaders.of(item, options));
        return new ArchiveRequest("PUT", stored(item, file.name()), headers, file.path(), file.bytes(), Keys.HEADER);
    }

    /** Deletes a file, with what the archive has derived from it. */
    ArchiveRequest delete(Item item, String name) {
        List<Header> headers = List.of(new Header("x-archive-cascade-delete", "1"), NO_OLD_VERSIONS);
        return new ArchiveRequest("DELETE", stored(item, name), headers, null, 0, Keys.HEADER);
    }

    /** Whether the archive accepts uploads of this account to this item now. */
    ArchiveRequest limit(Item item) {
        return new ArchiveRequest(
                "GET",
                below(options.endpoints().upload(), "/?check_limit=1&bucket=" + item),
                List.of(),
                null,
                0,
                Keys.PARAMETER);
    }

    /** The item's record. */
    ArchiveRequest record(Item item) {
        return ArchiveRequest.get(below(options.endpoints().front(), "/metadata/" + item));
    }

    /** The item's pending and failed tasks; JSON, one object per line. */
    ArchiveRequest tasks(Item item) {
        return new ArchiveRequest(
                "GET",
                below(
                        options.endpoints().front(),
                        "/services/tasks.php?identifier=" + item + "&catalog=1&history=0&summary=0&limit=0"),
                List.of(),
                null,
                0,
                Keys.HEADER);
    }

    /** Downloads a file from the node that currently has it. */
    ArchiveRequest download(Item item, String name) {
        return ArchiveRequest.get(publicAddress(item, name));
    }

    /** The permanent URL of a file, which the archive redirects to the node that has the item. */
    URI publicAddress(Item item, String name) {
        return below(options.endpoints().front(), "/download/" + item + "/" + name);
    }

    private URI stored(Item item, String name) {
        return below(options.endpoints().upload(), "/" + item + "/" + name);
    }

    private static URI below(URI host, String path) {
        String base = host.toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
    }
}
