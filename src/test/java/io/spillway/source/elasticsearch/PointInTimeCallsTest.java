package io.spillway.source.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.spillway.source.elasticsearch.Connection.ServerErrorException;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Anonymous;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Copies;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Paging;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Trust;
import io.spillway.support.Gateway;
import io.spillway.support.Gateway.Received;
import io.spillway.support.Gateway.Refusal;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Elasticsearch's typed client is used for the servers that it supports, and JSON for all others. */
class PointInTimeCallsTest {
    private static final Map<String, String> NAMED = Map.of("X-Elastic-Product", "Elasticsearch");
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Copies ANY = new Copies(null, null);

    @ParameterizedTest(name = "{0} {1}, header {3}")
    @CsvSource({
        "elasticsearch, 8.19.21, [spillway], true, true",
        "elasticsearch, 9.5.3, [spillway], true, true",
        "elasticsearch, '', [spillway], true, true",
        "elasticsearch, 8.11.4, '[allow_partial_search_results], [spillway]', true, false",
        "elasticsearch, 7.17.29, '[allow_partial_search_results], [spillway]', true, false",
        "elasticsearch, 7.10.2, '[allow_partial_search_results], [spillway]', false, false",
        "elasticsearch, 10.0.0, [spillway], true, false",
        "elasticsearch, 8.19.21, [spillway], false, false",
        "opensearch, 2.19.4, [spillway], false, false",
        "opensearch, 3.6.0, [spillway], true, false"
    })
    void theTypedClientIsUsedForTheServersThatItSupports(
            String product, String version, String unknown, boolean named, boolean typed) throws Exception {
        Map<String, String> headers = named ? NAMED : Map.of();
        try (Gateway server = Gateway.before(
                        URI.create("http://127.0.0.1:9"),
                        request -> answer(request, product, version, unknown, headers));
                Connection connection = connect(server)) {
            PointInTimeCalls calls = PointInTimeCalls.of(connection, ServerProbe.find(connection, "books"));
            int before = server.received().size();

            PointInTimeCalls.Opened opened = calls.open(List.of("books"), Duration.ofMinutes(5), ANY, null);
            Duration keepAlive = calls.maxKeepAlive();
            calls.close(List.of(opened.id()), LIMIT);

            assertThat(opened).isEqualTo(new PointInTimeCalls.Opened("abc", 3, 0));
            assertThat(keepAlive).isEqualTo(Duration.ofHours(1));
            List<Received> received =
                    server.received().subList(before, server.received().size());
            assertThat(received).extracting(Received::method).containsExactly("POST", "GET", "DELETE");
            assertThat(received)
                    .allMatch(request ->
                            typed == request.headers().get("accept").startsWith("application/vnd.elasticsearch+json"));
        }
    }

    /** The server has carried out the request: to send it again would open a second point in time. */
    @Test
    void aResponseWithoutTheHeaderOfTheProductIsReadWhereAProxyRemovesItFromSomeResponses() throws Exception {
        try (Gateway server = Gateway.before(
                        URI.create("http://127.0.0.1:9"),
                        request -> answer(
                                request,
                                "elasticsearch",
                                "8.19.21",
                                "[spillway]",
                                request.target().equals("/") ? NAMED : Map.of()));
                Connection connection = connect(server)) {
            assertOpensAndClosesWithOneRequestEach(server, connection);
        }
    }

    @Test
    void aResponseWithValuesThatTheTypedClientRejectsIsRead() throws Exception {
        try (Gateway server = Gateway.before(URI.create("http://127.0.0.1:9"), request -> {
                    Refusal known = answer(request, "elasticsearch", "9.9.0", "[spillway]", NAMED);
                    String body = known.body()
                            .replace("\"successful\":3,", "\"successful\":{\"kind\":\"new\"},")
                            .replace("\"num_freed\":1", "\"num_freed\":\"one\"")
                            .replace("\"transient\":{}", "\"transient\":[]");
                    return new Refusal(known.status(), body, NAMED);
                });
                Connection connection = connect(server)) {
            assertOpensAndClosesWithOneRequestEach(server, connection);
        }
    }

    private static void assertOpensAndClosesWithOneRequestEach(Gateway server, Connection connection) throws Exception {
        PointInTimeCalls calls = PointInTimeCalls.of(connection, ServerProbe.find(connection, "books"));
        int before = server.received().size();

        PointInTimeCalls.Opened opened = calls.open(List.of("books"), Duration.ofMinutes(5), ANY, null);
        Duration keepAlive = calls.maxKeepAlive();
        calls.close(List.of(opened.id()), LIMIT);

        assertThat(calls).isInstanceOf(TypedPointInTimeCalls.class);
        assertThat(opened).isEqualTo(new PointInTimeCalls.Opened("abc", 3, 0));
        assertThat(keepAlive).isEqualTo(Duration.ofHours(1));
        assertThat(server.received().subList(before, server.received().size()))
                .extracting(Received::method)
                .containsExactly("POST", "GET", "DELETE");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWarningInEveryResponseIsLoggedOnceWhicheverClientSentTheRequest(boolean typed) throws Exception {
        Map<String, String> warned = Map.of(
                "X-Elastic-Product", "Elasticsearch", "Warning", "299 Elasticsearch-8.19.21 \"this is deprecated\"");
        Logger log = (Logger) LoggerFactory.getLogger(ServerNotes.class);
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        log.addAppender(logged);
        try (Gateway server = Gateway.before(
                        URI.create("http://127.0.0.1:9"),
                        request -> answer(request, "elasticsearch", "8.19.21", "[spillway]", warned));
                Connection connection = connect(server)) {
            PointInTimeCalls calls = calls(connection, typed);
            for (int i = 0; i < 3; i++) {
                calls.close(
                        List.of(calls.open(List.of("books"), Duration.ofMinutes(5), ANY, null)
                                .id()),
                        LIMIT);
            }
        } finally {
            log.detachAppender(logged);
        }

        assertThat(logged.list).hasSize(1);
        assertThat(logged.list.get(0).getFormattedMessage()).contains("this is deprecated");
    }

    @ParameterizedTest
    @CsvSource({
        "403, security_exception, action is unauthorized",
        "400, illegal_argument_exception, Keep alive for request (5m) is too large. It must be less than (1m).",
        "503, no_shard_available_action_exception, no shard"
    })
    void bothClientsReportTheSameError(int status, String type, String reason) throws Exception {
        String body = "{\"error\":{\"type\":\"%s\",\"reason\":\"%s\"},\"status\":%d}".formatted(type, reason, status);

        ServerError typed = refusal(new Refusal(status, body, NAMED), true);
        ServerError json = refusal(new Refusal(status, body), false);

        assertThat(typed).isEqualTo(json);
        assertThat(typed.toString()).startsWith("POST /books/_pit: " + status).contains(reason);
    }

    @Test
    void aPointInTimeThatTheServerNoLongerHasIsClosed() throws Exception {
        for (boolean typed : List.of(true, false)) {
            Refusal gone = new Refusal(404, "{\"succeeded\":true,\"num_freed\":0}", NAMED);
            try (Gateway server = Gateway.before(URI.create("http://127.0.0.1:9"), request -> gone);
                    Connection connection = connect(server)) {
                calls(connection, typed).close(List.of("abc"), LIMIT);

                assertThat(server.received()).hasSize(1);
            }
        }
    }

    private static ServerError refusal(Refusal answer, boolean typed) throws Exception {
        try (Gateway server = Gateway.before(URI.create("http://127.0.0.1:9"), request -> answer);
                Connection connection = connect(server)) {
            PointInTimeCalls calls = calls(connection, typed);
            return catchThrowableOfType(
                            ServerErrorException.class,
                            () -> calls.open(List.of("books"), Duration.ofMinutes(5), ANY, null))
                    .error();
        }
    }

    private static PointInTimeCalls calls(Connection connection, boolean typed) {
        Dialect dialect = new Dialect(Dialect.Product.ELASTICSEARCH, "8.19.21", true);
        return typed
                ? new TypedPointInTimeCalls(connection.typed(), dialect)
                : new JsonPointInTimeCalls(connection, dialect);
    }

    private static Refusal answer(
            Received request, String product, String version, String unknown, Map<String, String> headers) {
        boolean openSearch = product.equals("opensearch");
        String target = request.target();
        if (target.equals("/")) {
            String tagline = openSearch ? "The OpenSearch Project: https://opensearch.org/" : "You Know, for Search";
            return version.isEmpty()
                    ? new Refusal(403, "{}", headers)
                    : new Refusal(
                            200,
                            "{\"version\":{\"number\":\"" + version + "\"},\"tagline\":\"" + tagline + "\"}",
                            headers);
        } else if (target.startsWith("/_nodes")) {
            return new Refusal(403, "{}", headers);
        } else if (target.endsWith(ServerProbe.MARKER)) {
            return new Refusal(
                    400,
                    "{\"error\":{\"type\":\"illegal_argument_exception\",\"reason\":\"request contains unrecognized"
                            + " parameters: " + unknown + "\"},\"status\":400}",
                    headers);
        } else if (target.startsWith("/_cluster/settings")) {
            String limit = openSearch ? "point_in_time.max_keep_alive" : "search.max_keep_alive";
            return new Refusal(
                    200, "{\"persistent\":{},\"transient\":{},\"defaults\":{\"" + limit + "\":\"1h\"}}", headers);
        } else if (request.method().equals("DELETE")) {
            return new Refusal(200, openSearch ? "{\"pits\":[]}" : "{\"succeeded\":true,\"num_freed\":1}", headers);
        }
        return new Refusal(
                200,
                "{\"" + (openSearch ? "pit_id" : "id")
                        + "\":\"abc\",\"_shards\":{\"total\":3,\"successful\":3,\"skipped\":0,\"failed\":0}}",
                headers);
    }

    private static Connection connect(Gateway server) throws Exception {
        return Connection.open(new ElasticsearchOptions(
                server.url(), new Anonymous(), new Trust(null, null), "books", null, Paging.defaults()));
    }
}
