package io.spillway.source.elasticsearch;

import io.spillway.config.Secret;
import io.spillway.source.RequestSigner;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which documents of which cluster to read, and how to connect.
 *
 * @param url         {@code http} or {@code https}, without user information
 * @param credentials how to authenticate
 * @param trust       which certificates to trust
 * @param index       an index, alias, data stream, pattern, or several joined by commas
 * @param query       the query that documents have to match, as JSON text, or null for all
 * @param copies      which shards and copies to read
 * @param vectors     how to handle indices that omit vectors from their documents
 * @param paging      how to read
 * @param route       the way to the cluster
 */
public record ElasticsearchOptions(
        URI url,
        Credentials credentials,
        Trust trust,
        String index,
        @Nullable String query,
        Copies copies,
        Vectors vectors,
        Paging paging,
        Route route) {

    /** All shards, any copy, no rebuilt vectors, nothing in between. */
    public ElasticsearchOptions(
            URI url, Credentials credentials, Trust trust, String index, @Nullable String query, Paging paging) {
        this(url, credentials, trust, index, query, new Copies(null, null), Vectors.STOP, paging, Route.DIRECT);
    }

    /** The same with another query. */
    ElasticsearchOptions withQuery(@Nullable String other) {
        return new ElasticsearchOptions(url, credentials, trust, index, other, copies, vectors, paging, route);
    }

    /** How to handle an index whose vectors are not in its stored documents (Elasticsearch 9.2 and later). */
    public enum Vectors {
        /** The run fails and names the fields. */
        STOP,
        /** The server rebuilds the documents with vectors, and digits of numbers may differ from what was indexed. */
        REBUILT
    }

    /**
     * The shards, and the copies of them, on which a point in time is opened.
     *
     * @param preference Elasticsearch's search preference, such as {@code _only_nodes:replica-*}, or null for any copy
     * @param routing    reads only the shards of these routing values, joined by commas, or null for all
     */
    public record Copies(
            @Nullable String preference, @Nullable String routing) {
        private static final Pattern SHARDS = Pattern.compile("_shards:([^|]*)\\|?(.*)");

        /** The preference for one shard, with the same choice of copies; this preference if {@code shard} is null. */
        @Nullable
        String preference(@Nullable Integer shard) {
            if (shard == null) {
                return preference;
            }
            Matcher some = SHARDS.matcher(preference == null ? "" : preference);
            String copy = preference == null ? "" : some.matches() ? some.group(2) : preference;
            return "_shards:" + shard + (copy.isEmpty() ? "" : "|" + copy);
        }

        /** Whether the preference allows the shard of this number. */
        boolean allows(int shard) {
            Matcher some = SHARDS.matcher(preference == null ? "" : preference);
            return !some.matches() || List.of(some.group(1).split(",")).contains(Integer.toString(shard));
        }
    }

    /** Credentials; their text forms contain no secret. */
    public sealed interface Credentials {}

    /** No credentials. */
    public record Anonymous() implements Credentials {}

    /** An API key in Elasticsearch's encoded form. */
    public record ApiKey(Secret encoded) implements Credentials {}

    /** A user with a password. */
    public record Basic(String username, Secret password) implements Credentials {}

    /** Signs each request; closing the source closes the signer. */
    public record Signed(RequestSigner signer) implements Credentials {}

    /** A token from an identity provider or a service account. */
    public record Bearer(Secret token) implements Credentials {}

    /**
     * The certificates to trust for an {@code https} URL. With neither parameter, the JDK's authorities are used;
     * verification cannot be disabled.
     *
     * @param caFile      PEM certificates of the authorities
     * @param fingerprint SHA-256 in hex of a certificate that the server sends and that its path must lead to
     */
    public record Trust(@Nullable Path caFile, @Nullable String fingerprint) {}

    /**
     * The way of requests to the cluster.
     *
     * @param certificate the client's certificate, or null for none
     * @param headers     headers that every request has, by name
     * @param proxy       an HTTP proxy that every request goes through, or null for none
     */
    public record Route(
            @Nullable ClientCertificate certificate,
            Map<String, String> headers,
            @Nullable URI proxy) {
        /** No certificate, no headers, no proxy. */
        public static final Route DIRECT = new Route(null, Map.of(), null);

        /** Copies the headers. */
        public Route {
            headers = Map.copyOf(headers);
        }

        /** Without the values of headers, which may be secrets. */
        @Override
        public String toString() {
            return "Route[certificate=%s, headers=%s, proxy=%s]".formatted(certificate, headers.keySet(), proxy);
        }
    }

    /**
     * The client's certificate.
     *
     * @param file     PEM with the certificate and its intermediates, or PKCS #12 with the key
     * @param key      PEM with the private key in PKCS #8, or null if {@code file} is PKCS #12
     * @param password of the PKCS #12 file, or null for none
     */
    public record ClientCertificate(
            Path file, @Nullable Path key, @Nullable Secret password) {}

    /**
     * How to read.
     *
     * @param slices         1 to 1,024, or null to choose from shards, documents and lanes
     * @param lanes          slices read in parallel, 1 to 64, or null to choose from the cores
     * @param pageBytes      target size of a response
     * @param requestTimeout timeout of a response, up to its last byte
     * @param maxShare       maximum share of the time that a slice may keep the cluster busy, above 0 to 1
     * @param notUtf8        how to handle strings that are not UTF-8
     * @param patience       retries of temporary errors
     */
    public record Paging(
            @Nullable Integer slices,
            @Nullable Integer lanes,
            long pageBytes,
            Duration requestTimeout,
            double maxShare,
            NotUtf8 notUtf8,
            Patience patience) {
        /** Two minutes: a page of 4 MiB takes well under a second, on a cluster under load tens of seconds. */
        public static final Duration REQUEST_TIMEOUT = Duration.ofMinutes(2);
        /** Pages of 4 to 8 MB; larger ones are not faster. */
        public static final long PAGE_BYTES = 4L << 20;

        /** The defaults. */
        public static Paging defaults() {
            return new Paging(null, null, PAGE_BYTES, REQUEST_TIMEOUT, 1.0, NotUtf8.STOP, Patience.DEFAULT);
        }
    }

    /** How to handle a document with strings that are not valid UTF-8, which Elasticsearch stores and returns. */
    public enum NotUtf8 {
        /** The run fails and names the document. */
        STOP,
        /** Each such byte becomes U+FFFD, and the manifest contains the number of documents. */
        REPLACE
    }

    /**
     * Retries of temporary errors. Pauses double from {@code firstPause} to {@code longestPause}, each random in its
     * upper half so that many clients do not retry at the same moment.
     *
     * @param firstPause   before the first retry
     * @param longestPause maximum pause, unless the server's Retry-After asks for more
     * @param giveUpAfter  counted from a request's first failure; a point in time lives no longer than that anyway
     * @param shardTries   attempts while a shard's node is gone: the point in time is lost with it, so a new one is
     *                     better
     */
    public record Patience(Duration firstPause, Duration longestPause, Duration giveUpAfter, int shardTries) {
        /** Five minutes, the keep-alive of a point in time. */
        public static final Patience DEFAULT =
                new Patience(Duration.ofMillis(250), Duration.ofSeconds(30), Duration.ofMinutes(5), 5);
    }
}
