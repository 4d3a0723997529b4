package io.spillway.destination.archive;

import io.spillway.config.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * Target and credentials for dumps on the Internet Archive.
 *
 * @param item       template for the names of items
 * @param collection {@code opensource} or {@code opensource_media} for an ordinary account, {@code test_collection} for
 *                   trials, or a collection created by the archive's staff
 * @param mediatype  usually {@link #MEDIATYPE}; only the archive's staff can change it later
 * @param metadata   texts of the items' pages
 * @param accessKey  from archive.org/account/s3.php
 * @param secretKey  from the same page
 * @param endpoints  the archive's hosts
 * @param patience   timeouts and pauses
 * @param spool      an existing folder for files written through {@link InternetArchive#begin}
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
    /** The archive's media type for files that are neither texts nor images. */
    public static final String MEDIATYPE = "data";

    /**
     * Hosts. Keys are sent only to these, and to https hosts below {@link #FAMILY} that they redirect to.
     *
     * @param upload  where files are sent
     * @param front   where records are read and files are downloaded
     * @param trusted further origins ({@code scheme://host:port}) that redirects may lead to; empty except in tests
     */
    public record Endpoints(URI upload, URI front, Set<URI> trusted) {
        /** The archive's domain: uploads and downloads are redirected to its data nodes, whose names change. */
        static final String FAMILY = "archive.org";

        /** The archive itself. */
        public static final Endpoints ARCHIVE =
                new Endpoints(URI.create("https://s3.us.archive.org"), URI.create("https://archive.org"), Set.of());

        /** Makes a defensive copy. */
        public Endpoints {
            trusted = Set.copyOf(trusted);
        }

        /** Whether a request, possibly with keys, may be redirected to this URL. */
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
     * Timeouts. Pauses double from {@code firstPause} to {@code longestPause}.
     *
     * @param firstPause   before the first retry
     * @param longestPause maximum pause, unless the archive's Retry-After asks for more
     * @param sendWithin   how long the upload of one file is retried, counted from its first failure
     * @param readWithin   the same for reads
     * @param showWithin   how long an uploaded file may take to appear in the item's record
     * @param stalledAfter a request is aborted if no data moves for this long
     */
    public record Patience(
            Duration firstPause,
            Duration longestPause,
            Duration sendWithin,
            Duration readWithin,
            Duration showWithin,
            Duration stalledAfter) {
        /**
         * The archive's queues can be full for hours, and files appear after minutes to hours. Its own clients pause
         * for 30 seconds.
         */
        public static final Patience DEFAULT = new Patience(
                Duration.ofSeconds(30),
                Duration.ofMinutes(10),
                Duration.ofHours(6),
                Duration.ofMinutes(10),
                Duration.ofHours(24),
                Duration.ofMinutes(5));

        /** The same with another limit for retrying uploads. */
        public Patience sendingWithin(Duration limit) {
            return new Patience(firstPause, longestPause, limit, readWithin, showWithin, stalledAfter);
        }
    }
}
