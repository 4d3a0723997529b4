package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Copies;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The differences between servers, as data: which requests open and close a point in time, which parameter refuses a partial
 * one, whether sort values name the shard, and which settings mean that documents are not stored unchanged. Determined once
 * by {@link ServerProbe}. Immutable.
 *
 * @param product        the product that serves the documents
 * @param version        its version, or null if this client may not request it
 * @param refusesPartial whether opening a point in time has a parameter that refuses one without all its shards; a server
 *                       without the parameter refuses in any case
 */
record Dialect(Product product, @Nullable String version, boolean refusesPartial) {
    /** The first version of Elasticsearch whose sort values have {@code _shard_doc}. */
    private static final Version NUMBERS_SHARDS = Version.parse("7.12");
    /** The typed client, version 8, asks for responses in the form of version 8, which version 9 still returns. */
    private static final Version FIRST_NOT_TYPED = Version.parse("10");

    /** A product, with the names that it uses. */
    @SuppressWarnings("ImmutableEnumChecker") // Map.of and Set.of are immutable
    enum Product {
        ELASTICSEARCH(
                "Elasticsearch",
                "7.10",
                "/_pit",
                "id",
                "allow_partial_search_results",
                "search.max_keep_alive",
                "index.mapping.exclude_source_vectors",
                Map.of(),
                Set.of()),
        OPENSEARCH(
                "OpenSearch",
                "2.4",
                "/_search/point_in_time",
                "pit_id",
                "allow_partial_pit_creation",
                "point_in_time.max_keep_alive",
                "index.knn.derived_source.enabled",
                Map.of("index.derived_source.enabled", "false"),
                Set.of("recovery_source_enabled", "recovery_source_includes", "recovery_source_excludes"));

        private final String title;
        private final String since;
        private final String path;
        private final String idMember;
        private final String partial;
        private final String keepAliveLimit;
        private final String vectorsApart;
        private final Map<String, String> storing;
        private final Set<String> sourceParameters;

        Product(
                String title,
                String since,
                String path,
                String idMember,
                String partial,
                String keepAliveLimit,
                String vectorsApart,
                Map<String, String> storing,
                Set<String> sourceParameters) {
            this.title = title;
            this.since = since;
            this.path = path;
            this.idMember = idMember;
            this.partial = partial;
            this.keepAliveLimit = keepAliveLimit;
            this.vectorsApart = vectorsApart;
            this.storing = storing;
            this.sourceParameters = sourceParameters;
        }

        /** The official name. */
        String title() {
            return title;
        }

        /** The first version that has points in time. */
        String since() {
            return since;
        }

        /** The end of the path that opens a point in time, and the path that closes one. */
        String path() {
            return path;
        }

        /** The parameter that, set to {@code false}, refuses a partial point in time. */
        String partial() {
            return partial;
        }

        /** The setting of the cluster that limits the keep-alive of a point in time. */
        String keepAliveLimit() {
            return keepAliveLimit;
        }
    }

    /**
     * Whether Elasticsearch's typed client supports the server. Its responses need a list of shards, which Elasticsearch
     * returns since it can refuse a partial point in time, and it is made for versions up to the next one.
     */
    boolean isTyped() {
        return product == Product.ELASTICSEARCH
                && refusesPartial
                && (version == null || Version.parse(version).compareTo(FIRST_NOT_TYPED) < 0);
    }

    /** The name in manifests: {@code elasticsearch} or {@code opensearch}. */
    String name() {
        return product.name().toLowerCase(Locale.ROOT);
    }

    /** The name in messages: {@code OpenSearch 2.19.4}. */
    String title() {
        return product.title + (version == null ? "" : " " + version);
    }

    /**
     * Whether the sort values of a hit contain its shard and its number there, and each slice is a range of these numbers.
     * Otherwise a point in time is opened for each shard, so that the shard is known and the number is sufficient.
     */
    boolean numbersShards() {
        return product == Product.ELASTICSEARCH
                && (version == null || Version.parse(version).compareTo(NUMBERS_SHARDS) >= 0);
    }

    /** Whether a request can ask for vectors that are stored separately; OpenSearch always returns them. */
    boolean asksForVectors() {
        return product == Product.ELASTICSEARCH;
    }

    /** The setting of an index that, set to {@code true}, stores vectors separately from its documents. */
    String vectorsApart() {
        return product.vectorsApart;
    }

    /** Settings of an index that, if present, must have these values for documents to be returned unchanged. */
    Map<String, String> storing() {
        return product.storing;
    }

    /** Parameters of {@code _source} in a mapping that do not change what a search returns. */
    Set<String> harmlessSourceParameters() {
        return product.sourceParameters;
    }

    /**
     * The path that opens a point in time.
     *
     * @param indices the start of the path, encoded, with the names of the indices
     * @param shard   the number of the only shard of the only index, or null for all shards
     */
    String opening(String indices, Duration keepAlive, Copies copies, @Nullable Integer shard) {
        StringBuilder path = new StringBuilder(indices)
                .append(product.path)
                .append("?keep_alive=")
                .append(PointInTime.text(keepAlive));
        if (refusesPartial) {
            path.append('&').append(product.partial).append("=false");
        }
        String preference = copies.preference(shard);
        if (preference != null) {
            path.append("&preference=").append(IndexFacts.encode(preference));
        }
        if (copies.routing() != null) {
            path.append("&routing=").append(IndexFacts.encode(copies.routing()));
        }
        return path.toString();
    }

    /** The id in the response to {@link #opening}, or empty. */
    String idIn(JsonNode answer) {
        return answer.path(product.idMember).asText();
    }

    /** The bodies that close these points in time, one for each request; they go to {@link Product#path()} with DELETE. */
    List<byte[]> closing(List<String> ids) {
        return product == Product.OPENSEARCH
                ? List.of(closing(body -> ids.forEach(body.putArray(product.idMember)::add)))
                : ids.stream()
                        .map(id -> closing(body -> body.put(product.idMember, id)))
                        .toList();
    }

    private static byte[] closing(Consumer<ObjectNode> members) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        members.accept(body);
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The longest keep-alive that these flat settings of the cluster allow, or null if they do not limit it. */
    @Nullable
    Duration maxKeepAlive(JsonNode settings) {
        for (String layer : List.of("transient", "persistent", "defaults")) {
            String value = settings.path(layer).path(product.keepAliveLimit).textValue();
            if (value != null) {
                return TimeValue.parse(value);
            }
        }
        return null;
    }
}
