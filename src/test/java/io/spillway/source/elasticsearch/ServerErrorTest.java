package io.spillway.source.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.source.elasticsearch.ServerError.Meaning;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies as Elasticsearch 8 sends them, long ones shortened. */
class ServerErrorTest {
    private static final String SEARCH_CONTEXT_MISSING = """
            {"error":{"root_cause":[{"type":"search_context_missing_exception","reason":"No search context found for id [26]"}],
             "type":"search_phase_execution_exception","reason":"all shards failed","phase":"query","grouped":true,
             "failed_shards":[{"shard":0,"index":"books","node":"n1","reason":{"type":"search_context_missing_exception",
             "reason":"No search context found for id [26]"}}]},"status":404}""";

    private static final String CIRCUIT_BREAKING = """
            {"error":{"root_cause":[{"type":"circuit_breaking_exception","reason":"[parent] Data too large, data for [<http_request>] would be [1032137344/984.3mb]",
             "bytes_wanted":1032137344,"bytes_limit":1020054732,"durability":"TRANSIENT"}],
             "type":"circuit_breaking_exception","reason":"[parent] Data too large, data for [<http_request>] would be [1032137344/984.3mb]"},"status":429}""";

    private static final String REJECTED = """
            {"error":{"root_cause":[{"type":"es_rejected_execution_exception","reason":"rejected execution of TimedRunnable on QueueResizingEsThreadPoolExecutor"}],
             "type":"search_phase_execution_exception","reason":"all shards failed","phase":"query","grouped":true,
             "failed_shards":[]},"status":429}""";

    private static final String INDEX_NOT_FOUND = """
            {"error":{"root_cause":[{"type":"index_not_found_exception","reason":"no such index [books]","resource.type":"index_or_alias",
             "resource.id":"books","index_uuid":"_na_","index":"books"}],"type":"index_not_found_exception","reason":"no such index [books]"},"status":404}""";

    private static final String SECURITY = """
            {"error":{"root_cause":[{"type":"security_exception","reason":"action [indices:data/read/search] is unauthorized for user [x] with effective roles [r]"}],
             "type":"security_exception","reason":"action [indices:data/read/search] is unauthorized for user [x] with effective roles [r]"},"status":403}""";

    private static final String NODE_GONE = """
            {"error":{"root_cause":[],"type":"search_phase_execution_exception","reason":"Partial shards failure","phase":"query","grouped":true,
             "failed_shards":[{"shard":1,"index":"books","node":"n2","reason":{"type":"node_disconnected_exception","reason":"[n2][10.0.0.2:9300] disconnected"}}],
             "caused_by":{"type":"node_disconnected_exception","reason":"[n2][10.0.0.2:9300] disconnected"}},"status":502}""";

    private static final String NO_SHARD = """
            {"error":{"root_cause":[{"type":"no_shard_available_action_exception","reason":null}],"type":"search_phase_execution_exception",
             "reason":"all shards failed","failed_shards":[{"shard":0,"index":"books","reason":{"type":"no_shard_available_action_exception","reason":null}}]},"status":503}""";

    private static final String UNREADABLE = """
            {"error":{"root_cause":[{"type":"not_x_content_exception","reason":"Compressor detection can only be called on some xcontent bytes or compressed xcontent bytes"}],
             "type":"search_phase_execution_exception","reason":"all shards failed","phase":"fetch",
             "caused_by":{"type":"not_x_content_exception","reason":"Compressor detection can only be called on some xcontent bytes"}},"status":500}""";

    private static final String PARSING = """
            {"error":{"root_cause":[{"type":"parsing_exception","reason":"unknown query [trem] did you mean [term]?","line":1,"col":22}],
             "type":"parsing_exception","reason":"unknown query [trem] did you mean [term]?","line":1,"col":22,
             "caused_by":{"type":"named_object_not_found_exception","reason":"[1:22] unknown field [trem]"}},"status":400}""";

    private static final String QUERY_WITH_BAD_JSON = """
            {"error":{"root_cause":[{"type":"x_content_parse_exception","reason":"[1:9] [bool] failed to parse field [filter]"}],
             "type":"x_content_parse_exception","reason":"[1:9] [bool] failed to parse field [filter]"},"status":400}""";

    private static final String WINDOW = """
            {"error":{"root_cause":[{"type":"illegal_argument_exception","reason":"Result window is too large, from + size must be less than or equal to: [50] but was [100]."}],
             "type":"search_phase_execution_exception","reason":"all shards failed","phase":"query"},"status":400}""";

    @Test
    void aMissingSearchContextIsALostSnapshot() {
        ServerError error = error(404, SEARCH_CONTEXT_MISSING);
        assertThat(error.meaning()).isEqualTo(Meaning.SNAPSHOT_LOST);
        assertThat(error).hasToString("404 search_context_missing_exception: No search context found for id [26]");
    }

    @Test
    void aCircuitBreakerAsksForAShorterPage() {
        assertThat(error(429, CIRCUIT_BREAKING).meaning()).isEqualTo(Meaning.SHORTER_PAGE);
    }

    @Test
    void aFullQueueIsRetried() {
        assertThat(error(429, REJECTED).meaning()).isEqualTo(Meaning.RETRY);
    }

    @Test
    void aDeletedIndexLosesTheSnapshot() {
        assertThat(error(404, INDEX_NOT_FOUND).meaning()).isEqualTo(Meaning.SNAPSHOT_LOST);
    }

    @Test
    void aMissingPrivilegeIsRefusedWithTheServersReason() {
        ServerError error = error(403, SECURITY);
        assertThat(error.meaning()).isEqualTo(Meaning.REFUSED);
        assertThat(error.toString())
                .isEqualTo("403 security_exception: action [indices:data/read/search] is unauthorized for user [x] "
                        + "with effective roles [r]");
    }

    @Test
    void aLostNodeLosesItsShardsOfTheSnapshot() {
        assertThat(error(502, NODE_GONE).meaning()).isEqualTo(Meaning.SHARD_GONE);
        assertThat(error(503, NODE_GONE).meaning()).isEqualTo(Meaning.SHARD_GONE);
        assertThat(error(503, NO_SHARD).meaning()).isEqualTo(Meaning.SHARD_GONE);
        assertThat(error(200, NODE_GONE).meaning()).isEqualTo(Meaning.SHARD_GONE);
    }

    @Test
    void aDocumentThatTheServerCannotReadIsReportedAsOne() {
        assertThat(error(500, UNREADABLE).meaning()).isEqualTo(Meaning.UNREADABLE_DOCUMENT);
        assertThat(error(200, UNREADABLE).meaning()).isEqualTo(Meaning.UNREADABLE_DOCUMENT);
    }

    @Test
    void aWrongQueryIsRefused() {
        ServerError error = error(400, PARSING);
        assertThat(error.meaning()).isEqualTo(Meaning.REFUSED);
        assertThat(error.toString()).contains("unknown query [trem] did you mean [term]?");
    }

    @Test
    void aQueryThatTheServerCannotReadIsNotAnUnreadableDocument() {
        assertThat(error(400, QUERY_WITH_BAD_JSON).meaning()).isEqualTo(Meaning.REFUSED);
    }

    @Test
    void aPageAboveTheResultWindowIsShortened() {
        assertThat(error(400, WINDOW).meaning()).isEqualTo(Meaning.SHORTER_PAGE);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void aProxysErrorPageIsRetried(int status) {
        ServerError error = ServerError.of(status, null, null);
        assertThat(error.meaning()).isEqualTo(Meaning.RETRY);
        assertThat(error.toString()).startsWith(status + " ");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 400, 401, 403, 405})
    void aRefusalByAProxyIsFinal(int status) {
        assertThat(ServerError.of(status, null, null).meaning()).isEqualTo(Meaning.REFUSED);
    }

    @Test
    void aPageTooLargeForAProxyIsShortened() {
        assertThat(ServerError.of(413, null, null).meaning()).isEqualTo(Meaning.SHORTER_PAGE);
    }

    /** No status at all: the connection was refused, closed or too slow. */
    @Test
    void aMissingAnswerIsRetried() {
        assertThat(new ServerError(0, Set.of(), "Connection reset by peer", null).meaning())
                .isEqualTo(Meaning.RETRY);
    }

    @Test
    void anIncompleteAnswerIsRetried() {
        assertThat(new ServerError(200, Set.of(), "the search timed out", null).meaning())
                .isEqualTo(Meaning.RETRY);
    }

    @Test
    void aReasonIsOneLineOfLimitedLength() {
        ServerError error =
                error(500, "{\"error\":{\"type\":\"exception\",\"reason\":\"a\\n\\tb" + "x".repeat(10_000) + "\"}}");
        assertThat(error.toString())
                .startsWith("500 exception: a bxx")
                .doesNotContain("\n")
                .hasSizeLessThan(700);
    }

    @Test
    void anErrorThatIsATextIsItsReason() {
        assertThat(error(405, "{\"error\":\"Incorrect HTTP method\",\"status\":405}")
                        .toString())
                .isEqualTo("405 Incorrect HTTP method");
    }

    @Test
    void theServersRetryAfterIsKept() {
        assertThat(ServerError.of(429, null, Duration.ofSeconds(3)).retryAfter())
                .isEqualTo(Duration.ofSeconds(3));
    }

    private static ServerError error(int status, String body) {
        try {
            return ServerError.of(status, new ObjectMapper().readTree(body), null);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
