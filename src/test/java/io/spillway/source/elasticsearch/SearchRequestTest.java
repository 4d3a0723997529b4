package io.spillway.source.elasticsearch;

import static io.spillway.source.elasticsearch.Answers.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.source.Slice;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SearchRequestTest {
    private static final Slice ALL = new Slice(0, 1);
    private static final String QUERY = "{\"term\":{\"public\":true}}";

    private final PointInTime pit = new PointInTime("46ToAwMDaWR5QQ==", PointInTime.KEEP_ALIVE);

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
    void aPointInTimeOfOneShardIsNotSlicedFurther() {
        PointInTime shard = new PointInTime("abc", PointInTime.KEEP_ALIVE, new PointInTime.Shard(2, "books", 2));

        assertThat(text(SearchRequest.page(shard, new Slice(2, 7), null, 10, null)))
                .isEqualTo("{\"size\":10,\"track_total_hits\":false,\"sort\":[\"_doc\"],"
                        + "\"pit\":{\"id\":\"abc\",\"keep_alive\":\"300s\"}}");
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
