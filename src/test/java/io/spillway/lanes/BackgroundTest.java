package io.spillway.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BackgroundTest {
    private static final String NAME = "background-test";

    @AfterEach
    void noThreadOutlivesItsOwner() {
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain(NAME);
    }

    @Test
    void theOwnerContinuesWhileATaskRuns() throws Exception {
        CountDownLatch ownerContinued = new CountDownLatch(1);
        List<String> seen = new ArrayList<>();
        try (Background background = new Background(NAME)) {
            background.run(() -> {
                ownerContinued.await();
                return seen.add("task");
            });
            ownerContinued.countDown();
            background.await();
            assertThat(seen).containsExactly("task");
        }
    }

    @Test
    void aTaskBeginsAfterTheOneBefore() throws Exception {
        List<Integer> order = new ArrayList<>();
        try (Background background = new Background(NAME)) {
            for (int i = 0; i < 100; i++) {
                int number = i;
                background.run(() -> order.add(number));
            }
            background.await();
            assertThat(order).hasSize(100).isSorted();
        }
    }

    @Test
    void theOwnerReceivesTheFailureOfATask() throws Exception {
        SpillwayException failure = new SpillwayException(Fault.INTEGRITY, "it differs", null);
        try (Background background = new Background(NAME)) {
            background.run(() -> {
                throw failure;
            });
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> background.run(() -> 1))
                    .isSameAs(failure);
        }
    }

    @Test
    void closingInterruptsTheTaskAndWaitsForIt() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        List<String> seen = new ArrayList<>();
        try (Background background = new Background(NAME)) {
            background.run(() -> {
                begun.countDown();
                try {
                    never.await();
                } catch (InterruptedException e) {
                    seen.add("interrupted");
                }
                return null;
            });
            begun.await();
        }
        assertThat(seen).containsExactly("interrupted");
    }
}
