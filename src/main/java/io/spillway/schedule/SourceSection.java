package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.config.Between;
import io.spillway.config.DataSize;
import io.spillway.config.Secret;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The section {@code source}: which cluster, how to sign in, what to read and how gently. */
public record SourceSection(
        @JsonPropertyDescription("Address of the cluster, with its path if it has one, usually as ${env:NAME}")
        URI elasticsearch,

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
                "SHA-256 fingerprint of a certificate that the server sends: its own, an intermediate or the root; its certificate must lead there")
        @Pattern(
                regexp = "^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$",
                message = "must be a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons")
        @Nullable
        String fingerprint,

        @JsonPropertyDescription("Index, alias, data stream or pattern to read")
        @Pattern(regexp = "^[^\\s_-]\\S*$", message = "must have no spaces and begin with neither _ nor -")
        String index,

        @JsonPropertyDescription("Elasticsearch query that chooses what is published; everything when absent") @Nullable
        JsonNode query,

        @JsonPropertyDescription("Whether the manifest shows the query; it says in any case that there was one")
        @JsonProperty(defaultValue = "false")
        boolean publishQuery,

        @JsonPropertyDescription(
                "Whether the manifest names the index, alias or pattern and the indices behind it; else it says the dataset's name")
        @JsonProperty(defaultValue = "true")
        boolean publishIndex,

        @JsonPropertyDescription(
                "How many slices the snapshot is read in; chosen from shards, documents and lanes when absent")
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

        @JsonPropertyDescription("What to do about strings that are not UTF-8: stop, or replace such bytes by U+FFFD")
        @JsonProperty(defaultValue = "stop")
        NotUtf8 notUtf8,

        @JsonPropertyDescription(
                "What to do about an index that leaves vectors out of its documents: stop, or publish what the server rebuilds")
        @JsonProperty(defaultValue = "stop")
        Vectors vectors,

        @JsonPropertyDescription("How much one page of documents may hold")
        @JsonProperty(defaultValue = "4MiB")
        @Between(min = "64KiB", max = "64MiB")
        DataSize pageBytes,

        @JsonPropertyDescription("How long one request may take")
        @JsonProperty(defaultValue = "2m")
        @Between(min = "1s", max = "1h")
        Duration requestTimeout,

        @JsonPropertyDescription("How much of the cluster an export may take") @JsonProperty(defaultValue = "{}")
        PolitenessSection politeness) {

    /** What happens to a document whose strings are not UTF-8. */
    public enum NotUtf8 {
        /** The run stops and names it. */
        @JsonProperty("stop")
        STOP,
        /** It is mended, and the manifest says how many were. */
        @JsonProperty("replace")
        REPLACE
    }

    /** What happens to an index whose vectors are not in its stored documents. */
    public enum Vectors {
        /** The run stops and names the fields. */
        @JsonProperty("stop")
        STOP,
        /** The server rebuilds its documents, whose numbers may have other digits, and the manifest says so. */
        @JsonProperty("rebuilt")
        REBUILT
    }

    /** Members of a search's body that are not queries. */
    private static final Set<String> SEARCH_BODY = Set.of(
            "query", "size", "from", "sort", "_source", "aggs", "aggregations", "track_total_hits", "post_filter");

    /** Whether this is the body of a search, as other exporters want it, and not the query in it. */
    public static boolean isSearchBody(JsonNode query) {
        return query.properties().stream().anyMatch(member -> SEARCH_BODY.contains(member.getKey()));
    }

    /**
     * Fails with {@link IllegalArgumentException} on half a sign-in, on two at once, on an address with a query or a
     * fragment, to which no path can be added, and on a search's body in place of a query.
     */
    public SourceSection {
        if (elasticsearch.getRawQuery() != null || elasticsearch.getRawFragment() != null) {
            throw new IllegalArgumentException("elasticsearch must be an address without ? and #");
        }
        if (query != null && isSearchBody(query)) {
            throw new IllegalArgumentException("query takes only what a search has under \"query\"");
        }
        if ((username == null) != (password == null)) {
            throw new IllegalArgumentException("username and password are given both or neither");
        }
        if (Stream.of(apiKey != null, username != null, bearerToken != null)
                        .filter(given -> given)
                        .count()
                > 1) {
            throw new IllegalArgumentException(
                    "only one way to sign in can be given: api-key, username and password, or bearer-token");
        }
    }
}
