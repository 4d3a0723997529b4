package io.spillway.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StageClockTest {
    private long now = 1_000;
    private final StageClock clock = new StageClock(() -> now);

    @Test
    void timeCountsForTheStageThatWasEntered() {
        pass(2);
        clock.enter(Stage.COMPRESSING);
        pass(3);
        clock.enter(Stage.READING);
        pass(4);
        assertThat(clock.seconds()).containsEntry(Stage.READING, 6.0).containsEntry(Stage.COMPRESSING, 3.0);
    }

    @Test
    void enteringReturnsThePreviousStage() {
        assertThat(clock.enter(Stage.WRITING)).isEqualTo(Stage.READING);
        assertThat(clock.enter(Stage.WRITING)).isEqualTo(Stage.WRITING);
        assertThat(clock.enter(Stage.WAITING)).isEqualTo(Stage.WRITING);
    }

    @Test
    void theStagesAddUpToTheWallTime() {
        for (Stage stage : Stage.values()) {
            clock.enter(stage);
            pass(1);
            clock.enter(stage);
            pass(1);
        }
        assertThat(clock.seconds().values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum())
                .isEqualTo(2.0 * Stage.values().length);
    }

    @Test
    void everyStageIsListed() {
        assertThat(clock.seconds()).containsOnlyKeys(Stage.values());
    }

    @Test
    void readingTwiceCountsNothingTwice() {
        pass(2);
        assertThat(clock.seconds()).containsEntry(Stage.READING, 2.0);
        assertThat(clock.seconds()).containsEntry(Stage.READING, 2.0);
    }

    @Test
    void aRestartResetsEverything() {
        pass(5);
        clock.restart(Stage.WAITING);
        pass(1);
        assertThat(clock.seconds()).containsEntry(Stage.WAITING, 1.0).containsEntry(Stage.READING, 0.0);
    }

    @Test
    void aStageIsPrintedInLowerCase() {
        assertThat(Stage.COMPRESSING).hasToString("compressing");
    }

    private void pass(long seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
    }
}
