package io.spillway.source.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.elasticsearch.Dialect.Product;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Anonymous;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Paging;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Trust;
import io.spillway.support.Gateway;
import io.spillway.support.Gateway.Received;
import io.spillway.support.Gateway.Refusal;
import java.net.URI;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which server answers, from answers as real servers of each kind give them. */
class ServerProbeTest {
    private static final String NO_HANDLER = "{\"error\":\"no handler found for uri [/books/_pit] and method [POST]\"}";
    private static final String NO_BODY =
            "{\"error\":{\"type\":\"parse_exception\",\"reason\":\"request body is required\"},\"status\":400}";

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "elasticsearch, 7.10.0, '[allow_partial_search_results], [spillway]', ELASTICSEARCH, false, false",
        "elasticsearch, 7.17.29, '[allow_partial_search_results], [spillway]', ELASTICSEARCH, false, true",
        "elasticsearch, 8.11.4, '[allow_partial_search_results], [spillway]', ELASTICSEARCH, false, true",
        "elasticsearch, 8.19.21, [spillway], ELASTICSEARCH, true, true",
        "elasticsearch, 9.5.3, [spillway], ELASTICSEARCH, true, true",
        "opensearch, 2.4.0, [spillway], OPENSEARCH, true, false",
        "opensearch, 2.19.4, [spillway], OPENSEARCH, true, false",
        "opensearch, 3.6.0, [spillway], OPENSEARCH, true, false"
    })
    void productAndVersionComeFromTheServerAndParametersFromItsRefusal(
            String name, String version, String unknown, Product product, boolean refusesPartial, boolean numbersShards)
            throws Exception {
        Dialect dialect = probe(request -> request.target().equals("/")
                ? greeting(name, version)
                : request.target().contains(product.path()) ? unknown(unknown) : new Refusal(400, NO_HANDLER));

        assertThat(dialect).isEqualTo(new Dialect(product, version, refusesPartial));
        assertThat(dialect.numbersShards()).isEqualTo(numbersShards);
        assertThat(dialect.name()).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({"ELASTICSEARCH, 403", "OPENSEARCH, 403", "ELASTICSEARCH, 404", "OPENSEARCH, 404", "OPENSEARCH, 405"})
    void whereItsNameIsHiddenAServerIsKnownByTheRequestsThatItKnows(Product product, int status) throws Exception {
        Dialect dialect = probe(request -> request.target().contains(product.path())
                ? unknown("[spillway]")
                : request.target().startsWith("/books")
                        ? new Refusal(400, NO_HANDLER)
                        : new Refusal(status, "<html>not for you</html>"));

        assertThat(dialect).isEqualTo(new Dialect(product, null, true));
    }

    /** A setting of OpenSearch for old clients. */
    @Test
    void openSearchThatNamesTheVersionOfElasticsearchIsOpenSearchOfAVersionThatItsNodesName() throws Exception {
        Dialect dialect = probe(request -> request.target().equals("/")
                ? greeting("opensearch", "7.10.2")
                : request.target().startsWith("/_nodes")
                        ? new Refusal(200, "{\"nodes\":{\"a\":{\"version\":\"2.19.4\"},\"b\":{\"version\":\"2.9.0\"}}}")
                        : unknown("[spillway]"));

        assertThat(dialect).isEqualTo(new Dialect(Product.OPENSEARCH, "2.9.0", true));
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "elasticsearch, 7.10.2, 7.10, Elasticsearch 7.10.2",
        "elasticsearch, 6.8.23, 7.10, Elasticsearch 6.8.23",
        "opensearch, 1.3.20, 2.4, OpenSearch 1.3.20"
    })
    void aServerWithoutPointsInTimeIsRefusedWithTheVersionThatHasThem(
            String name, String version, String since, String title) {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> probe(
                        request -> request.target().equals("/") ? greeting(name, version) : new Refusal(400, NO_BODY)))
                .withMessageContaining(title + " at http://127.0.0.1")
                .withMessageContaining("has no point in time: it rejected POST /books/")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.SOURCE_REFUSED))
                .satisfies(e -> assertThat(e.hint()).contains("since", since, "upgrade the cluster"));
    }

    @Test
    void aServerOfAnotherKindIsRefusedWithWhatItSaysOfItself() {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> probe(request -> request.target().equals("/")
                        ? new Refusal(200, "{\"version\":{\"number\":\"1.2\"},\"tagline\":\"Another engine\"}")
                        : new Refusal(404, "{}")))
                .withMessageContaining("\"Another engine\", version 1.2")
                .withMessageContaining("is neither Elasticsearch nor OpenSearch")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.SOURCE_REFUSED));
    }

    @ParameterizedTest
    @CsvSource({"401, 401", "503, 503"})
    void anAnswerThatIsNotAboutTheProductIsPassedOn(int status, String message) {
        assertThatExceptionOfType(Connection.ServerErrorException.class)
                .isThrownBy(() -> probe(request -> new Refusal(status, "{}")))
                .withMessageContaining(message);
    }

    @Test
    void theProbeOpensNothing() throws Exception {
        try (Gateway server = Gateway.before(
                        URI.create("http://127.0.0.1:9"),
                        request -> request.target().equals("/")
                                ? greeting("elasticsearch", "8.19.21")
                                : unknown("[spillway]"));
                Connection connection = connect(server)) {
            ServerProbe.find(connection, "books");

            assertThat(server.received().stream()
                            .filter(request -> request.method().equals("POST")))
                    .hasSize(1)
                    .allMatch(request -> request.target().endsWith(ServerProbe.MARKER));
        }
    }

    private static Refusal greeting(String name, String version) {
        String tagline =
                name.equals("opensearch") ? "The OpenSearch Project: https://opensearch.org/" : "You Know, for Search";
        return new Refusal(200, "{\"version\":{\"number\":\"" + version + "\"},\"tagline\":\"" + tagline + "\"}");
    }

    private static Refusal unknown(String parameters) {
        return new Refusal(
                400,
                "{\"error\":{\"type\":\"illegal_argument_exception\",\"reason\":\"request [/books/_pit] contains"
                        + " unrecognized parameters: " + parameters + "\"},\"status\":400}");
    }

    private static Dialect probe(Function<Received, Refusal> answers) throws Exception {
        try (Gateway server = Gateway.before(URI.create("http://127.0.0.1:9"), answers);
                Connection connection = connect(server)) {
            return ServerProbe.find(connection, "books");
        }
    }

    private static Connection connect(Gateway server) throws SpillwayException {
        return Connection.open(new ElasticsearchOptions(
                server.url(), new Anonymous(), new Trust(null, null), "books", null, Paging.defaults()));
    }
}
