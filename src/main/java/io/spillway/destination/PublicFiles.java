package io.spillway.destination;

import io.spillway.fault.SpillwayException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Downloads files as an anonymous user does, from absolute http or https URLs anywhere. Thread-safe. */
public interface PublicFiles {

    /**
     * Requests a file's metadata without reading it; empty if the file does not exist.
     *
     * @throws SpillwayException {@code DESTINATION_UNAVAILABLE} if the server does not answer,
     *     {@code DESTINATION_REFUSED} if the file is not public
     */
    Optional<Look> look(URI address) throws SpillwayException;

    /**
     * Opens a file's content from the start; the caller closes it. Reads fail with {@link java.io.IOException} if it
     * ends too soon.
     *
     * @throws SpillwayException as {@link #look}; {@code DESTINATION_REFUSED} if there is no such file,
     *     {@code INTEGRITY} if the server sends it with a {@code Content-Encoding}
     */
    InputStream open(URI address) throws SpillwayException;

    /**
     * The response.
     *
     * @param address  the file's URL after redirects
     * @param bytes    its length, or -1 if the server does not report it
     * @param date     the server's clock, to the second, or null if not reported
     * @param encoding the {@code Content-Encoding} that clients would decode, or null if the file is sent unchanged
     */
    record Look(
            URI address,
            long bytes,
            @Nullable Instant date,
            @Nullable String encoding) {

        /**
         * The message for a file that the server sends with a {@code Content-Encoding}.
         *
         * @param name the file's name in the message
         */
        public static String encoded(Object name, String encoding) {
            return "%s is sent with Content-Encoding: %s, so clients decompress it and its SHA-256 differs"
                    .formatted(name, encoding);
        }
    }

    /** The hint for a file sent with a {@code Content-Encoding}. */
    String WITHOUT_ENCODING =
            "configure the host to send the files of a dump without Content-Encoding, for example remove"
                    + " AddEncoding or the object's metadata";
}
