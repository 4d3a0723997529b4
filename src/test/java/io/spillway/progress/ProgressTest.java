package io.spillway.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.progress.Progress.Reading;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final Progress progress = new Progress();

    @Test
    void beforeASnapshotTheExpectedNumberIsUnknown() {
        assertThat(progress.now()).isEqualTo(new Reading(0, -1, 0, 0, 0, 1));
    }

    @Test
    void everythingIsCountedOnce() {
        progress.expect(100);
        progress.requested();
        progress.requested();
        progress.retried();
        progress.wrote(30, 3_000);
        progress.wrote(20, 1_000);
        assertThat(progress.now()).isEqualTo(new Reading(50, 100, 4_000, 2, 1, 1));
    }

    @Test
    void aNewAttemptStartsAtNoDocumentsButKeepsCountingRequests() {
        progress.expect(100);
        progress.requested();
        progress.retried();
        progress.wrote(30, 3_000);
        progress.startAgain();
        assertThat(progress.now()).isEqualTo(new Reading(0, -1, 0, 1, 1, 2));
    }
}
