package io.spillway.source.elasticsearch;

import static io.spillway.source.elasticsearch.Answers.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.source.Slice;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Anonymous;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Paging;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Trust;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SearchRequestTest {
    private static final Slice ALL = new Slice(0, 1);
    private static final String QUERY = "{\"term\":{\"public\":true}}";

    private Connection connection;
    private PointInTime pit;

    @BeforeEach
    void openWithoutRequests() throws Exception {
        connection = Connection.open(new ElasticsearchOptions(
                URI.create("http://127.0.0.1:9"),
                new Anonymous(),
                new Trust(null, null),
                "books",
                null,
                Paging.defaults()));
        pit = new PointInTime(connection, "46ToAwMDaWR5QQ==");
    }

    @AfterEach
    void close() {
        connection.close();
    }

    @Test
    void aPageRequestIsExactlyThis() {
        assertThat(text(SearchRequest.page(pit, new Slice(2, 7), QUERY, 5_000, bytes("[5,4294967301]"))))
                .isEqualTo("{\"size\":5000,\"track_total_hits\":false,\"sort\":[\"_doc\"],"
                        + "\"pit\":{\"id\":\"46ToAwMDaWR5QQ==\",\"keep_alive\":\"300s\"},\"slice\":{\"id\":2,\"max\":7},"
                        + "\"query\":{\"term\":{\"public\":true}},\"search_after\":[5,4294967301]}");
    }

    @Test
    void theFirstPageOfASingleSliceNamesNeitherSliceNorSortValues() {
        assertThat(text(SearchRequest.page(pit, ALL, null, 100, null)))
                .isEqualTo("{\"size\":100,\"track_total_hits\":false,\"sort\":[\"_doc\"],"
                        + "\"pit\":{\"id\":\"46ToAwMDaWR5QQ==\",\"keep_alive\":\"300s\"}}");
    }

    @Test
    void sortValuesAreSentBackAsReceived() {
        String values = "[18446744073709551615, -0,1e400 ,9007199254740993]";
        assertThat(text(SearchRequest.page(pit, ALL, null, 1, bytes(values))))
                .contains("\"search_after\":" + values + "}");
    }

    /** Each of these makes the server skip, rewrite or omit documents. */
    @Test
    void aPageRequestNeverContainsWhatSpoilsAnExport() {
        String page = text(SearchRequest.page(pit, new Slice(0, 2), QUERY, 1, bytes("[1,2]")));
        assertThat(page)
                .doesNotContain("from", "scroll", "_source", "filter_path", "pretty", "_shard_doc", "preference");
        assertThat(SearchRequest.PATH)
                .isEqualTo("/_search?allow_partial_search_results=false")
                .doesNotContain("from", "scroll", "filter_path", "pretty");
    }

    @Test
    void theNewestIdIsSent() {
        pit.answered("newer");
        assertThat(text(SearchRequest.page(pit, ALL, null, 1, null))).contains("\"id\":\"newer\"");
    }

    @Test
    void aCountIsExactAndOnThePointInTime() {
        assertThat(text(SearchRequest.count(pit, QUERY)))
                .isEqualTo(
                        "{\"size\":0,\"track_total_hits\":true,"
                                + "\"pit\":{\"id\":\"46ToAwMDaWR5QQ==\",\"keep_alive\":\"300s\"},\"query\":{\"term\":{\"public\":true}}}");
    }

    @Test
    void aKeepAliveRequestAsksForNothing() {
        assertThat(text(SearchRequest.touch(pit)))
                .isEqualTo("{\"size\":0,\"track_total_hits\":false,"
                        + "\"pit\":{\"id\":\"46ToAwMDaWR5QQ==\",\"keep_alive\":\"300s\"}}");
    }

    @Test
    void anIdIsRequestedWithoutTheUnreadableSource() {
        assertThat(text(SearchRequest.identity(pit, ALL, null, bytes("[1,2]"))))
                .startsWith("{\"_source\":false,\"size\":1,")
                .endsWith("\"search_after\":[1,2]}");
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }
}
