package io.spillway.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InterruptsTest {

    @AfterEach
    void clearTheFlag() {
        var unused = Thread.interrupted();
    }

    @Test
    void aPendingInterruptWaitsForTheStep() {
        List<Boolean> seen = new ArrayList<>();
        Thread.currentThread().interrupt();
        Interrupts.shielded(() -> seen.add(Thread.currentThread().isInterrupted()));
        assertThat(seen).containsExactly(false);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void anInterruptDuringTheStepIsKept() {
        Interrupts.shielded(() -> {
            throw new InterruptedException();
        });
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void aFailureOfTheStepIsThrownAndTheInterruptIsKept() {
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Interrupts.shielded(() -> {
                    throw new IOException("full");
                }));
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void withoutAnInterruptThereIsNoneAfterwards() {
        Interrupts.shielded(() -> {});
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
