package io.spillway.source.repository;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SliceCountsTest {
    private static final long SMALL = 1 << 20;
    private static final long LARGE = 1L << 30;

    private static RepositoryOptions.Reading reading(Integer slices) {
        return new RepositoryOptions.Reading(slices, 4, 1 << 20, false);
    }

    @Test
    void aSmallSnapshotIsReadInOneSlice() {
        assertThat(SliceCounts.slices(reading(null), 0, 0)).isEqualTo(1);
        assertThat(SliceCounts.slices(reading(null), 60_000, SMALL)).isEqualTo(1);
    }

    @Test
    void manySmallDocumentsAreReadInSeveralSlices() {
        assertThat(SliceCounts.slices(reading(null), 150_000, SMALL)).isEqualTo(3);
    }

    @Test
    void aFewLargeDocumentsAreReadInSeveralSlices() {
        assertThat(SliceCounts.slices(reading(null), 3_000, 100 << 20)).isEqualTo(3);
    }

    @Test
    void thereAreNoMoreSlicesThanLanes() {
        assertThat(SliceCounts.slices(reading(null), 10_000_000, LARGE)).isEqualTo(4);
    }

    @Test
    void theNumberOfTheScheduleIsUsed() {
        assertThat(SliceCounts.slices(reading(7), 3, LARGE)).isEqualTo(7);
    }
}
