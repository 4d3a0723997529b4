package io.spillway.source.elasticsearch;

import io.spillway.config.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which documents of which cluster, and how to reach it.
 *
 * @param url         {@code http} or {@code https}, without user information
 * @param credentials who asks
 * @param trust       whose certificate is believed
 * @param index       an index, alias, data stream, pattern, or several joined by commas
 * @param query       the query that documents have to match, as JSON text, or null for all
 * @param copies      which shards and copies of them
 * @param vectors     what to do about indices that leave vectors out of their documents
 * @param paging      how to read
 */
public record ElasticsearchOptions(
        URI url,
        Credentials credentials,
        Trust trust,
        String index,
        @Nullable String query,
        Copies copies,
        Vectors vectors,
        Paging paging) {

    /** All shards, any copy, no rebuilt vectors. */
    public ElasticsearchOptions(
            URI url, Credentials credentials, Trust trust, String index, @Nullable String query, Paging paging) {
        this(url, credentials, trust, index, query, new Copies(null, null), Vectors.STOP, paging);
    }

    /** The same with another query. */
    ElasticsearchOptions withQuery(@Nullable String other) {
        return new ElasticsearchOptions(url, credentials, trust, index, other, copies, vectors, paging);
    }

    /** What to do about an index whose vectors are not in its stored documents (Elasticsearch 9.2 and later). */
    public enum Vectors {
        /** The run stops and names the fields. */
        STOP,
        /** The server rebuilds the documents: vectors come back, and digits of numbers may differ from what was indexed. */
        REBUILT
    }

    /**
     * Which shards, and which copies of them, a point in time is opened on.
     *
     * @param preference Elasticsearch's search preference, such as {@code _only_nodes:replica-*}, or null for any copy
     * @param routing    reads only the shards of these routing values, joined by commas, or null for all
     */
    public record Copies(
            @Nullable String preference, @Nullable String routing) {}

    /** Who asks. None of these prints its secret. */
    public sealed interface Credentials {}

    /** Nobody in particular. */
    public record Anonymous() implements Credentials {}

    /** An API key in the encoded form that Elasticsearch hands out. */
    public record ApiKey(Secret encoded) implements Credentials {}

    /** A user with a password. */
    public record Basic(String username, Secret password) implements Credentials {}

    /** A token from an identity provider or a service account. */
    public record Bearer(Secret token) implements Credentials {}

    /**
     * Whose certificate is believed where the URL is {@code https}. With neither, the JDK's own authorities; never
     * nobody: there is no switch that turns the check off.
     *
     * @param caFile      PEM certificates of the authorities
     * @param fingerprint SHA-256 in hex of a certificate that the server sends and that its path must lead to
     */
    public record Trust(@Nullable Path caFile, @Nullable String fingerprint) {}

    /**
     * How to read.
     *
     * @param slices         1 to 1,024, or null to choose from shards, documents and lanes
     * @param lanes          slices read at the same time, 1 to 64, or null to choose from the cores
     * @param pageBytes      the size that an answer should have
     * @param requestTimeout how long one answer may take, to its last byte
     * @param maxShare       the share of the time that a slice may keep the cluster busy, above 0 to 1
     * @param notUtf8        what becomes of strings that are not UTF-8
     * @param patience       how long faults that may pass are waited for
     */
    public record Paging(
            @Nullable Integer slices,
            @Nullable Integer lanes,
            long pageBytes,
            Duration requestTimeout,
            double maxShare,
            NotUtf8 notUtf8,
            Patience patience) {
        /** Two minutes: a page of 4 MiB takes well under a second, a cluster under load tens of seconds. */
        public static final Duration REQUEST_TIMEOUT = Duration.ofMinutes(2);
        /** Pages of 4 to 8 MB; larger ones bring no more. */
        public static final long PAGE_BYTES = 4L << 20;

        /** The defaults. */
        public static Paging defaults() {
            return new Paging(null, null, PAGE_BYTES, REQUEST_TIMEOUT, 1.0, NotUtf8.STOP, Patience.DEFAULT);
        }
    }

    /** What becomes of a document with strings whose bytes are not UTF-8, which Elasticsearch stores and gives back. */
    public enum NotUtf8 {
        /** The run stops and names the document. */
        STOP,
        /** Each such byte becomes U+FFFD, and the manifest says in how many documents. */
        REPLACE
    }

    /**
     * How long faults that may pass are waited for. Pauses double from {@code firstPause} to {@code longestPause}, each
     * drawn from its upper half so that many clients do not come back at the same moment.
     *
     * @param firstPause   before the first retry
     * @param longestPause no pause is longer, unless the server's Retry-After asks for more
     * @param giveUpAfter  counted from a request's first failure; a point in time lives no longer than that anyway
     * @param shardTries   tries while a shard's node is gone: the point in time died with it, so a new one is better
     */
    public record Patience(Duration firstPause, Duration longestPause, Duration giveUpAfter, int shardTries) {
        /** Five minutes, as long as a point in time is kept alive. */
        public static final Patience DEFAULT =
                new Patience(Duration.ofMillis(250), Duration.ofSeconds(30), Duration.ofMinutes(5), 5);
    }
}
