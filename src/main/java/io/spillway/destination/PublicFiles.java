package io.spillway.destination;

import io.spillway.fault.SpillwayException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Files as anybody gets them who has their addresses: without an account, a key or a name. Addresses are absolute, of http
 * or https, and may be anywhere. Safe for use by many threads.
 */
public interface PublicFiles {

    /**
     * Asks for a file without reading it; empty where there is none.
     *
     * @throws SpillwayException nobody answers ({@code DESTINATION_UNAVAILABLE}), or not everybody may have it
     *     ({@code DESTINATION_REFUSED})
     */
    Optional<Look> look(URI address) throws SpillwayException;

    /**
     * A file's bytes, from the first on; the caller closes them. They fail with {@link java.io.IOException} where they end
     * too soon.
     *
     * @throws SpillwayException as {@link #look} does; {@code DESTINATION_REFUSED} where there is no such file; {@code
     *     INTEGRITY} where the server sends it with a {@code Content-Encoding}
     */
    InputStream open(URI address) throws SpillwayException;

    /**
     * What was answered.
     *
     * @param address where the file is: its address, or where that one leads
     * @param bytes   its length, or -1 where the server does not tell it
     * @param date     what the server's clock said, to the second, or null where it does not tell
     * @param encoding the {@code Content-Encoding} by which clients unpack the file, or null where the server sends it as
     *                 it is
     */
    record Look(
            URI address,
            long bytes,
            @Nullable Instant date,
            @Nullable String encoding) {

        /**
         * What is wrong with a file that the server sends with a {@code Content-Encoding}, as a message.
         *
         * @param name how the message calls the file
         */
        public static String encoded(Object name, String encoding) {
            return "%s is sent with Content-Encoding: %s, so that clients unpack it and its SHA-256 differs"
                    .formatted(name, encoding);
        }
    }

    /** What an operator does about a {@code Content-Encoding}. */
    String WITHOUT_ENCODING =
            "configure the host to send the files of a dump without Content-Encoding, for example remove"
                    + " AddEncoding or the object's metadata";
}
