package io.spillway.destination.archive;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request as it will be sent, except for the keys, which it never contains.
 *
 * @param method  {@code GET}, {@code PUT} or {@code DELETE}
 * @param address the URL
 * @param headers names and values, without {@code Authorization}, {@code Host} and {@code Content-Length}
 * @param file    the file to send as the body, or null for none
 * @param bytes   the body's length
 * @param keys    how it is authenticated
 */
record ArchiveRequest(
        String method,
        URI address,
        List<Header> headers,
        @Nullable Path file,
        long bytes,
        Keys keys) {

    /** How a request is authenticated. */
    enum Keys {
        /** Anonymous. */
        NONE,
        /** Both keys, in {@code Authorization}. */
        HEADER,
        /** The access key, as a query parameter. */
        PARAMETER
    }

    /** A header line. */
    record Header(String name, String value) {}

    ArchiveRequest {
        headers = List.copyOf(headers);
    }

    /** An anonymous GET. */
    static ArchiveRequest get(URI address) {
        return new ArchiveRequest("GET", address, List.of(), null, 0, Keys.NONE);
    }

    /** The same request to another URL. */
    ArchiveRequest to(URI other) {
        return new ArchiveRequest(method, other, headers, file, bytes, keys == Keys.PARAMETER ? Keys.NONE : keys);
    }

    /** {@code PUT https://s3.us.archive.org/item/file}. */
    String line() {
        return method + " " + address + (keys == Keys.PARAMETER ? "&accesskey=****" : "");
    }

    /** The request as text in several lines, with {@code ****} instead of the keys. */
    String describe() {
        StringBuilder text = new StringBuilder(line()).append('\n');
        if (keys == Keys.HEADER) {
            text.append("Authorization: LOW ****:****\n");
        }
        if (!method.equals("GET")) {
            text.append("Content-Length: ").append(bytes).append('\n');
        }
        headers.forEach(header ->
                text.append(header.name()).append(": ").append(header.value()).append('\n'));
        return text.toString();
    }
}
