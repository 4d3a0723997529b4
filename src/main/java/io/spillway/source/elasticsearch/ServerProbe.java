package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.elasticsearch.Connection.ServerErrorException;
import io.spillway.source.elasticsearch.Dialect.Product;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Copies;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Determines the server. {@code GET /} returns product and version. If that is forbidden or missing, a request to open a
 * point in time has a parameter that no server knows: the server rejects the request, opens nothing, and lists the
 * parameters that it does not know. A server without points in time rejects the request for another reason.
 */
final class ServerProbe {
    /** A parameter that no server knows. */
    static final String MARKER = "spillway=probe";

    private static final String UNKNOWN_MARKER = "[spillway]";
    private static final Copies ANY = new Copies(null, null);

    private final Connection connection;
    private final String index;

    private ServerProbe(Connection connection, String index) {
        this.connection = connection;
        this.index = index;
    }

    /**
     * The dialect of the server behind this connection. Also names the server in the connection, for messages.
     *
     * @param index the index, alias or pattern that will be read
     * @throws SpillwayException    {@code SOURCE_REFUSED} if the product is unknown or has no points in time
     * @throws ServerErrorException if the server rejects the requests
     */
    static Dialect find(Connection connection, String index)
            throws IOException, InterruptedException, SpillwayException {
        return new ServerProbe(connection, index).find();
    }

    private Dialect find() throws IOException, InterruptedException, SpillwayException {
        Greeting greeting = greeting();
        if (greeting.product() != null) {
            connection.name(greeting.title());
        }
        List<Product> candidates = greeting.product() == null ? List.of(Product.values()) : List.of(greeting.product());
        ServerErrorException forbidden = null;
        for (Product product : candidates) {
            Dialect dialect = new Dialect(product, greeting.version(), true);
            try {
                Optional<Dialect> found = tried(dialect);
                if (found.isPresent()) {
                    connection.name(dialect.title());
                    return found.get();
                }
            } catch (ServerErrorException e) {
                if (e.error().status() != 403) {
                    throw e;
                }
                forbidden = e;
            }
        }
        if (forbidden != null) {
            throw forbidden;
        }
        throw greeting.product() == null ? unknown(greeting) : withoutPointInTime(greeting.product(), greeting.title());
    }

    /** What a server states about itself; null if unknown. */
    private record Greeting(
            @Nullable Product product, @Nullable String version, String title) {}

    private Greeting greeting() throws IOException, InterruptedException {
        JsonNode answer;
        try {
            answer = connection.ask("GET", "/", null);
        } catch (ServerErrorException e) {
            if (e.error().meaning() == ServerError.Meaning.RETRY) {
                throw e;
            }
            Product product = connection.isElasticsearch() ? Product.ELASTICSEARCH : null;
            String version = versionOfNodes();
            return new Greeting(
                    product, version, product == null ? "the server" : new Dialect(product, version, true).title());
        }
        JsonNode version = answer.path("version");
        String tagline = answer.path("tagline").asText();
        Product product = product(version.path("distribution").asText(), tagline);
        String number = version.path("number").asText();
        String shown = product != null
                ? new Dialect(product, usable(number), true).title()
                : "the server (tagline \"%s\", version %s)".formatted(tagline, number.isEmpty() ? "not given" : number);
        // For old clients, OpenSearch can return the version of Elasticsearch that it is a fork of: 7.10.2.
        boolean disguised = product == Product.OPENSEARCH && number.startsWith("7.");
        return new Greeting(product, disguised ? versionOfNodes() : usable(number), shown);
    }

    private static @Nullable Product product(String distribution, String tagline) {
        if (distribution.equals("opensearch")
                || tagline.toLowerCase(Locale.ROOT).contains("opensearch")) {
            return Product.OPENSEARCH;
        }
        return tagline.equals("You Know, for Search") ? Product.ELASTICSEARCH : null;
    }

    /** The oldest version of the nodes, or null if this client may not request it. */
    private @Nullable String versionOfNodes() throws InterruptedException {
        try {
            JsonNode nodes = connection
                    .ask("GET", "/_nodes/_all/none?filter_path=nodes.*.version", null)
                    .path("nodes");
            return Stream.of(nodes)
                    .flatMap(all -> all.properties().stream())
                    .map(node -> usable(node.getValue().path("version").asText()))
                    .flatMap(Stream::ofNullable)
                    .min(Comparator.comparing(Version::parse))
                    .orElse(null);
        } catch (IOException mayNotAsk) {
            return null;
        }
    }

    private static @Nullable String usable(String version) {
        return version.matches("\\d+(\\.\\d+)+(-[0-9A-Za-z.]+)?") ? version : null;
    }

    /** The dialect with the parameters that the server knows, or empty if it has no such point in time. */
    private Optional<Dialect> tried(Dialect dialect) throws IOException, InterruptedException {
        Product product = dialect.product();
        String path = dialect.opening(IndexFacts.path(List.of(index), index), PointInTime.KEEP_ALIVE, ANY, null);
        try {
            JsonNode opened = connection.ask("POST", path + "&" + MARKER, null);
            for (byte[] body : dialect.closing(List.of(dialect.idIn(opened)))) {
                connection.ask("DELETE", product.path(), body);
            }
            return Optional.of(dialect);
        } catch (ServerErrorException e) {
            String reason = e.error().reason();
            if (reason.contains(UNKNOWN_MARKER)) {
                return reason.contains("[keep_alive]")
                        ? Optional.empty()
                        : Optional.of(new Dialect(
                                product, dialect.version(), !reason.contains("[" + product.partial() + "]")));
            }
            if (e.error().isUnknownRequest()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private SpillwayException withoutPointInTime(Product product, String title) {
        return new SpillwayException(
                Fault.SOURCE_REFUSED,
                "%s at %s has no point in time: it rejected POST %s"
                        .formatted(title, connection.url(), IndexFacts.path(List.of(index), index) + product.path()),
                ("points in time exist since %s %s, except in builds without them: upgrade the cluster, or restore a"
                                + " snapshot of the index into a cluster of a newer version and export it from there")
                        .formatted(product.title(), product.since()));
    }

    private SpillwayException unknown(Greeting greeting) {
        return new SpillwayException(
                Fault.SOURCE_REFUSED,
                "%s at %s is neither Elasticsearch nor OpenSearch: it rejected POST %s and %s on \"%s\""
                        .formatted(
                                greeting.title(),
                                connection.url(),
                                Product.ELASTICSEARCH.path(),
                                Product.OPENSEARCH.path(),
                                index),
                "set the URL of a cluster with Elasticsearch %s or OpenSearch %s or later"
                        .formatted(Product.ELASTICSEARCH.since(), Product.OPENSEARCH.since()));
    }
}
