package io.spillway.destination.archive;

import io.spillway.config.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * Where dumps go on the Internet Archive, and as whose.
 *
 * @param item       how items are called
 * @param collection {@code opensource} or {@code opensource_media} for an ordinary account, {@code test_collection} for
 *                   trials, another one if the archive's staff has made it
 * @param mediatype  {@link #MEDIATYPE} unless there is a reason; only the archive's staff can change it later
 * @param metadata   what the items' pages say
 * @param accessKey  from archive.org/account/s3.php
 * @param secretKey  from there too
 * @param endpoints  the archive's hosts
 * @param patience   how long to wait for what
 * @param spool      an existing folder for files that are written through {@link InternetArchive#begin}
 */
public record ArchiveOptions(
        ItemTemplate item,
        String collection,
        String mediatype,
        ItemMetadata metadata,
        Secret accessKey,
        Secret secretKey,
        Endpoints endpoints,
        Patience patience,
        Path spool) {
    /** What the archive calls files that are neither texts nor pictures. */
    public static final String MEDIATYPE = "data";

    /**
     * Hosts. Keys go to these alone, and to hosts below {@link #FAMILY} with https that one of these redirects to.
     *
     * @param upload  where files are sent to
     * @param front   where records are read and files are fetched
     * @param trusted more origins ({@code scheme://host:port}) that redirects may lead to; empty but for tests
     */
    public record Endpoints(URI upload, URI front, Set<URI> trusted) {
        /** The archive's own domain: uploads and downloads are handed on to its data nodes, whose names change. */
        static final String FAMILY = "archive.org";

        /** The archive itself. */
        public static final Endpoints ARCHIVE =
                new Endpoints(URI.create("https://s3.us.archive.org"), URI.create("https://archive.org"), Set.of());

        /** Keeps its own copy of the origins. */
        public Endpoints {
            trusted = Set.copyOf(trusted);
        }

        /** Whether a request, with keys where it needs them, may be handed on to this address. */
        boolean trusts(URI address) {
            String host = address.getHost();
            if (host == null || address.getRawUserInfo() != null) {
                return false;
            }
            boolean family = host.equals(FAMILY) || host.endsWith("." + FAMILY);
            if (family
                    && "https".equals(address.getScheme())
                    && (address.getPort() == -1 || address.getPort() == 443)) {
                return true;
            }
            String origin = origin(address);
            return origin.equals(origin(upload))
                    || origin.equals(origin(front))
                    || trusted.stream().anyMatch(each -> origin.equals(origin(each)));
        }

        private static String origin(URI address) {
            return address.getScheme() + "://" + address.getRawAuthority();
        }
    }

    /**
     * How long to wait. Pauses double from {@code firstPause} to {@code longestPause}.
     *
     * @param firstPause   before a request is sent again
     * @param longestPause no pause is longer, unless the archive's Retry-After asks for more
     * @param sendWithin   how long one file's upload is tried again, counted from its first failure
     * @param readWithin   the same for questions
     * @param showWithin   how long a file that was taken may need until the item's record shows it
     * @param stalledAfter a request is given up when no byte has moved for so long
     */
    public record Patience(
            Duration firstPause,
            Duration longestPause,
            Duration sendWithin,
            Duration readWithin,
            Duration showWithin,
            Duration stalledAfter) {
        /**
         * The archive's queues are full for hours at times, and files show after minutes to hours. Its clients pause 30
         * seconds.
         */
        public static final Patience DEFAULT = new Patience(
                Duration.ofSeconds(30),
                Duration.ofMinutes(10),
                Duration.ofHours(6),
                Duration.ofMinutes(10),
                Duration.ofHours(24),
                Duration.ofMinutes(5));

        /** The same, but for how long an upload is tried again. */
        public Patience sendingWithin(Duration limit) {
            return new Patience(firstPause, longestPause, limit, readWithin, showWithin, stalledAfter);
        }
    }
}
