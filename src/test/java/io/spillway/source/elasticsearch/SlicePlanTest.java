package io.spillway.source.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.elasticsearch.ElasticsearchOptions.NotUtf8;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Paging;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Patience;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlicePlanTest {
    private static final long MANY = 100_000_000;

    @ParameterizedTest(name = "{0} lanes, {1} shards: {2} slices")
    @CsvSource({
        "4, 1, 4",
        "4, 2, 4",
        "4, 3, 6",
        "4, 4, 4",
        "4, 5, 5",
        "4, 30, 30",
        "1, 1, 1",
        "1, 3, 3",
        "4, 5000, 1024"
    })
    void slicesAreTheShardsOrAMultipleThatFillsTheLanes(int lanes, int shards, int slices) throws Exception {
        assertThat(SlicePlan.slices(paging(null, lanes), shards, MANY, 1_024)).isEqualTo(slices);
    }

    @ParameterizedTest(name = "{0} documents: {1} slices")
    @CsvSource({"0, 1", "1, 1", "99999, 1", "100000, 2", "1000000, 5"})
    void fewDocumentsNeedFewSlices(long documents, int slices) throws Exception {
        assertThat(SlicePlan.slices(paging(null, 4), 5, documents, 1_024)).isEqualTo(slices);
    }

    @Test
    void theOperatorsNumberIsUsed() throws Exception {
        assertThat(SlicePlan.slices(paging(7, 2), 5, 0, 1_024)).isEqualTo(7);
        assertThat(SlicePlan.lanes(paging(7, 2), 7)).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 3", "30, 30", "1024, 30"})
    void thereAreNoMoreSlicesThanTheIndexAllows(int most, int slices) throws Exception {
        assertThat(SlicePlan.slices(paging(null, 4), 30, MANY, most)).isEqualTo(slices);
    }

    @Test
    void moreSlicesThanTheIndexAllowsAreRefused() {
        assertThatThrownBy(() -> SlicePlan.slices(paging(7, 2), 5, MANY, 6))
                .isInstanceOfSatisfying(
                        SpillwayException.class,
                        refused -> assertThat(refused.fault()).isEqualTo(Fault.CONFIG))
                .hasMessageContaining("index.max_slices_per_scroll");
    }

    @Test
    void thereAreNoMoreLanesThanSlices() {
        assertThat(SlicePlan.lanes(paging(null, 16), 3)).isEqualTo(3);
    }

    @Test
    void byDefaultThereAreTwoToFourLanes() {
        assertThat(SlicePlan.lanes(paging(null, null), 1_024)).isBetween(2, 4);
    }

    private static Paging paging(Integer slices, Integer lanes) {
        return new Paging(slices, lanes, 1, Duration.ofSeconds(1), 1, NotUtf8.STOP, Patience.DEFAULT);
    }
}
