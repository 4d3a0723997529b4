package io.spillway.destination.s3;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PiecePlanTest {
    private static final long WANTED = 16L << 20;

    @ParameterizedTest
    @ValueSource(
            longs = {
                1,
                WANTED,
                WANTED + 1,
                10_000 * WANTED,
                10_000 * WANTED + 1,
                5_000_000_000L,
                PiecePlan.LARGEST_OBJECT
            })
    void piecesCoverTheFileAndAreNeverTooManyOrTooLarge(long bytes) {
        PiecePlan plan = PiecePlan.of(bytes, WANTED);

        assertThat(plan.count()).isBetween(1, PiecePlan.MOST);
        assertThat(plan.pieceBytes()).isBetween(WANTED, PiecePlan.LARGEST);
        long covered = 0;
        for (int number = 1; number <= plan.count(); number++) {
            assertThat(plan.offset(number)).isEqualTo(covered);
            assertThat(plan.length(number)).isPositive();
            covered += plan.length(number);
        }
        assertThat(covered).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 10_000 * WANTED})
    void piecesAreNoLargerThanRequestedIfThatIsEnough(long bytes) {
        assertThat(PiecePlan.of(bytes, WANTED).pieceBytes()).isEqualTo(WANTED);
    }
}
