package io.spillway.source.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final Offset<Double> EXACT = Offset.offset(1e-9);

    @Test
    void aShareOfOneNeverPauses() {
        assertThat(new Pace(1.0).pauseAfter(Duration.ofSeconds(7))).isZero();
    }

    @Test
    void aQuarterShareRestsThreeTimesAsLongAsAnAnswerTook() {
        assertThat(new Pace(0.25).pauseAfter(Duration.ofMillis(100))).isEqualTo(Duration.ofMillis(300));
    }

    @Test
    void aRejectionHalvesTheShare() {
        Pace pace = new Pace(0.8);
        pace.rejected();
        assertThat(pace.share()).isCloseTo(0.4, EXACT);
    }

    @Test
    void aClusterThatAlwaysRejectsIsStillRequestedNowAndThen() {
        Pace pace = new Pace(1.0);
        for (int i = 0; i < 100; i++) {
            pace.rejected();
        }
        assertThat(pace.share()).isEqualTo(1.0 / 64);
    }

    @Test
    void rejectionsNeverRaiseASmallShare() {
        Pace pace = new Pace(0.001);
        pace.rejected();
        assertThat(pace.share()).isEqualTo(0.001);
    }

    @Test
    void theShareGrowsOnlyAfterTenGoodAnswersInARow() {
        Pace pace = new Pace(1.0);
        pace.rejected();
        answered(pace, 9);
        assertThat(pace.share()).isCloseTo(0.5, EXACT);
        answered(pace, 1);
        assertThat(pace.share()).isCloseTo(0.625, EXACT);
        answered(pace, 9);
        pace.rejected();
        answered(pace, 9);
        assertThat(pace.share()).isCloseTo(0.3125, EXACT);
    }

    @Test
    void theShareReturnsToTheOperatorsLimitAndNoFurther() {
        Pace pace = new Pace(0.5);
        pace.rejected();
        pace.rejected();
        answered(pace, 1_000);
        assertThat(pace.share()).isEqualTo(0.5);
    }

    private static void answered(Pace pace, int times) {
        for (int i = 0; i < times; i++) {
            pace.answered();
        }
    }
}
