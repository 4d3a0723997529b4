package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.config.Between;
import io.spillway.config.DataSize;
import io.spillway.config.OneOf;
import io.spillway.config.Secret;
import io.spillway.fields.Where;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code source}: the cluster, credentials, the index to read and the load to put on it; or the snapshot repository
 * to read instead.
 */
@OneOf({"elasticsearch", "opensearch", "cloud-id", "snapshot-repository"})
public record SourceSection(
        @JsonPropertyDescription(
                "URL of an Elasticsearch cluster, with its path if it has one, usually as ${env:NAME}; this, opensearch, cloud-id or snapshot-repository is required")
        @Nullable
        URI elasticsearch,

        @JsonPropertyDescription("URL of an OpenSearch cluster, likewise; either key reads either product") @Nullable
        URI opensearch,

        @JsonPropertyDescription("Cloud ID of a deployment in Elastic Cloud, instead of its URL")
        @Pattern(regexp = "^[^:\\s]*:?[A-Za-z0-9+/]{8,}=*$", message = "must be a Cloud ID, NAME:BASE64")
        @Nullable
        String cloudId,

        @JsonPropertyDescription("Snapshot repository to read instead of a cluster, which is not contacted") @Nullable
        RepositorySection snapshotRepository,

        @JsonPropertyDescription(
                "Snapshot to read: latest (default) is the newest successful one that has the index; or a name; or a"
                        + " pattern with *, of which the newest is read; only with snapshot-repository")
        @Pattern(regexp = "^\\S+$", message = "must have no spaces")
        @Nullable
        String snapshot,

        @JsonPropertyDescription("How old the snapshot may be, counted from its start; only with snapshot-repository")
        @Between(min = "1m", max = "3650d")
        @Nullable
        Duration maxAge,

        @JsonPropertyDescription("API key in its encoded form; not together with another way to sign in") @Nullable
        Secret apiKey,

        @JsonPropertyDescription("User to sign in as; only together with password")
        @Pattern(regexp = "^[^\\s:]+$", message = "must have neither spaces nor a colon")
        @Nullable
        String username,

        @JsonPropertyDescription("Password of that user") @Nullable
        Secret password,

        @JsonPropertyDescription("Bearer token; not together with another way to sign in") @Nullable
        Secret bearerToken,

        @JsonPropertyDescription("PEM file of the certificate authority that signed the cluster's certificate")
        @Nullable
        Path caFile,

        @JsonPropertyDescription(
                "SHA-256 fingerprint of a certificate that the server sends: its own, an intermediate or the root,"
                        + " to which its certificate must chain")
        @Pattern(
                regexp = "^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$",
                message = "must be a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons")
        @Nullable
        String fingerprint,

        @JsonPropertyDescription(
                "Certificate that Spillway shows to the cluster: a PEM file, with client-key; or a PKCS #12 file")
        @Nullable
        Path clientCertificate,

        @JsonPropertyDescription("PEM file of that certificate's private key, in PKCS #8 without a password") @Nullable
        Path clientKey,

        @JsonPropertyDescription("Password of the PKCS #12 file") @Nullable
        Secret clientKeyPassword,

        @JsonPropertyDescription("Signs requests for a cluster that Amazon hosts, with the credentials of the process")
        @Nullable
        AwsSection aws,

        @JsonPropertyDescription("Headers that every request to the cluster has, by name")
        @JsonProperty(defaultValue = "{}")
        Map<String, String> headers,

        @JsonPropertyDescription("URL of an HTTP proxy that requests to the cluster go through") @Nullable
        URI proxy,

        @JsonPropertyDescription("Index, alias, data stream or pattern to read")
        @Pattern(regexp = "^[^\\s_-]\\S*$", message = "must have no spaces and begin with neither _ nor -")
        String index,

        @JsonPropertyDescription("Elasticsearch query that selects the documents to publish; all when absent") @Nullable
        JsonNode query,

        @JsonPropertyDescription(
                "Publishes only documents that have these values in their own JSON, by path: strings, numbers, true or false;"
                        + " a missing field, null or an array is not equal; works without a search, so also with snapshot-repository")
        @JsonProperty(defaultValue = "{}")
        Map<String, JsonNode> where,

        @JsonPropertyDescription("Whether the manifest contains the query and where; that there is one is always noted")
        @JsonProperty(defaultValue = "false")
        boolean publishQuery,

        @JsonPropertyDescription(
                "Whether the manifest names the index, alias or pattern and its indices; else it contains the"
                        + " dataset's name")
        @JsonProperty(defaultValue = "true")
        boolean publishIndex,

        @JsonPropertyDescription(
                "Number of slices to split the snapshot into; derived from shards, documents and lanes when absent")
        @Min(1)
        @Max(1024)
        @Nullable
        Integer slices,

        @JsonPropertyDescription("Which shard copies to read, as Elasticsearch's search preference")
        @Pattern(regexp = "^\\S+$", message = "must have no spaces")
        @Nullable
        String preference,

        @JsonPropertyDescription("Reads only the shards of these routing values, joined by commas")
        @Pattern(regexp = "^\\S+$", message = "must have no spaces")
        @Nullable
        String routing,

        @JsonPropertyDescription("Handling of strings that are not UTF-8: stop, or replace invalid bytes by U+FFFD")
        @JsonProperty(defaultValue = "stop")
        NotUtf8 notUtf8,

        @JsonPropertyDescription(
                "Handling of an index that stores documents without their vectors: stop, or publish the vectors"
                        + " that the server rebuilds")
        @JsonProperty(defaultValue = "stop")
        Vectors vectors,

        @JsonPropertyDescription("Maximum size of a page of documents")
        @JsonProperty(defaultValue = "4MiB")
        @Between(min = "64KiB", max = "64MiB")
        DataSize pageBytes,

        @JsonPropertyDescription("Timeout of a request")
        @JsonProperty(defaultValue = "2m")
        @Between(min = "1s", max = "1h")
        Duration requestTimeout,

        @JsonPropertyDescription("Limits on the load of the cluster") @JsonProperty(defaultValue = "{}")
        PolitenessSection politeness) {

    /** Handling of a document whose strings are not UTF-8. */
    public enum NotUtf8 {
        /** The run stops with an error that names the document. */
        @JsonProperty("stop")
        STOP,
        /** Its invalid bytes are replaced, and the manifest counts such documents. */
        @JsonProperty("replace")
        REPLACE
    }

    /** Handling of an index whose vectors are not in its stored documents. */
    public enum Vectors {
        /** The run stops with an error that names the fields. */
        @JsonProperty("stop")
        STOP,
        /** The server rebuilds its documents, whose numbers may have other digits; noted in the manifest. */
        @JsonProperty("rebuilt")
        REBUILT
    }

    /** Members of a search request's body that are not queries. */
    private static final Set<String> SEARCH_BODY = Set.of(
            "query", "size", "from", "sort", "_source", "aggs", "aggregations", "track_total_hits", "post_filter");

    private static final java.util.regex.Pattern HEADER =
            java.util.regex.Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    /** Headers that requests set themselves; credentials have keys of their own. */
    private static final Set<String> OWN_HEADERS = Set.of(
            "accept",
            "accept-encoding",
            "authorization",
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "expect",
            "host",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /** Whether this is the body of a search request, as other exporters expect it, instead of the query in it. */
    public static boolean isSearchBody(JsonNode query) {
        return query.properties().stream().anyMatch(member -> SEARCH_BODY.contains(member.getKey()));
    }

    /**
     * Throws {@link IllegalArgumentException} on incomplete or several credentials, on a URL with a query or a
     * fragment, to which no path can be appended, and on the body of a search instead of a query.
     */
    public SourceSection {
        requireNoQuery("elasticsearch", elasticsearch);
        requireNoQuery("opensearch", opensearch);
        if (query != null && isSearchBody(query)) {
            throw new IllegalArgumentException("query must be the value of \"query\" in a search");
        }
        if ((username == null) != (password == null)) {
            throw new IllegalArgumentException("username and password must be set together");
        }
        headers = Map.copyOf(headers);
        requireUsable(headers);
        where = new Where(where).values();
        if (snapshotRepository == null && (snapshot != null || maxAge != null)) {
            throw new IllegalArgumentException("snapshot and max-age need snapshot-repository");
        }
        if (snapshotRepository != null) {
            requireNoSearch("query", query);
            requireNoSearch("routing", routing);
            requireNoCluster(Stream.of(
                            key("api-key", apiKey),
                            key("username", username),
                            key("bearer-token", bearerToken),
                            key("aws", aws),
                            key("ca-file", caFile),
                            key("fingerprint", fingerprint),
                            key("client-certificate", clientCertificate),
                            key("headers", headers.isEmpty() ? null : headers),
                            key("proxy", proxy),
                            key("preference", preference),
                            key("vectors: rebuilt", vectors == Vectors.REBUILT ? vectors : null),
                            key("politeness.max-share", politeness.maxShare() < 1 ? politeness : null))
                    .filter(name -> !name.isEmpty())
                    .toList());
        }
        if (clientCertificate == null && (clientKey != null || clientKeyPassword != null)) {
            throw new IllegalArgumentException("client-key and client-key-password need client-certificate");
        }
        if (clientKey != null && clientKeyPassword != null) {
            throw new IllegalArgumentException(
                    "client-key-password is for a PKCS #12 file: remove client-key, or decrypt the key");
        }
        if (cloudId != null) {
            CloudId.parse(cloudId);
        }
        if (Stream.of(apiKey != null, username != null, bearerToken != null, aws != null)
                        .filter(given -> given)
                        .count()
                > 1) {
            throw new IllegalArgumentException(
                    "api-key, username with password, bearer-token, and aws are mutually exclusive");
        }
    }

    /** A key that would choose documents must not be ignored: more than intended would be published. */
    private static void requireNoSearch(String key, @Nullable Object value) {
        if (value != null) {
            throw new IllegalArgumentException(
                    "%s cannot choose documents in a snapshot repository, which has no searches: %s=%s; remove it to publish all documents, choose them by their values with where, or read from the cluster with elasticsearch"
                            .formatted(key, key, value));
        }
    }

    private static String key(String name, @Nullable Object value) {
        return value == null ? "" : name;
    }

    private static void requireNoCluster(List<String> keys) {
        if (!keys.isEmpty()) {
            throw new IllegalArgumentException("%s %s for a cluster, and snapshot-repository contacts none: remove %s"
                    .formatted(
                            String.join(", ", keys),
                            keys.size() == 1 ? "is" : "are",
                            keys.size() == 1 ? "it" : "them"));
        }
    }

    private static void requireNoQuery(String key, @Nullable URI url) {
        if (url != null && (url.getRawQuery() != null || url.getRawFragment() != null)) {
            throw new IllegalArgumentException(key + " must be a URL without ? and #");
        }
    }

    /** Whether files of a snapshot repository are read, and no cluster is contacted. */
    public boolean isRepository() {
        return snapshotRepository != null;
    }

    /** The URL of the cluster, under either key; only if the source is a cluster. */
    public URI url() {
        if (cloudId != null) {
            return CloudId.parse(cloudId);
        }
        return Objects.requireNonNull(
                elasticsearch != null ? elasticsearch : opensearch, "a section without a cluster");
    }

    private static void requireUsable(Map<String, String> headers) {
        headers.forEach((name, value) -> {
            if (!HEADER.matcher(name).matches() || OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("headers cannot have \"" + name + "\"");
            }
            if (!value.chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
                throw new IllegalArgumentException("the header " + name + " must be printable ASCII on one line");
            }
        });
    }

    /** The product that the key names: {@code elasticsearch} or {@code opensearch}. */
    public String product() {
        return opensearch != null ? "opensearch" : "elasticsearch";
    }
}
