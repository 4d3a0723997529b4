package io.spillway.fault;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CancelledTest {

    @Test
    void aCancellationNamesWhatItInterruptedAndKeepsTheInterrupt() {
        SpillwayException failure = SpillwayException.cancelled("while reading x", new InterruptedException());
        assertThat(Thread.interrupted()).isTrue();
        assertThat(failure).hasMessage("cancelled while reading x");
        assertThat(failure.fault()).isEqualTo(Fault.CANCELLED);
    }
}
