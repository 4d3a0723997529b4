package io.spillway.source.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.source.elasticsearch.ElasticsearchOptions.Patience;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RetryTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void pausesDoubleWithJitterInTheirUpperHalf() throws InterruptedException {
        Retry retry = new Retry(patience(Duration.ofMillis(8), HOUR, HOUR));
        for (int i = 0; i < 4; i++) {
            assertThat(retry.pause(null)).isTrue();
        }
        assertThat(retry.failures()).isEqualTo(4);
        assertThat(retry.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(4 + 8 + 16 + 32));
    }

    /** Without the upper limit, the twentieth pause alone would take days. */
    @Test
    void noPauseIsLongerThanTheMaximum() throws InterruptedException {
        Retry retry = new Retry(patience(Duration.ofSeconds(1), Duration.ofMillis(1), HOUR));
        for (int i = 0; i < 200; i++) {
            assertThat(retry.pause(null)).isTrue();
        }
    }

    @Test
    void aPauseIsAtLeastTheRequestedRetryAfter() throws InterruptedException {
        Retry retry = new Retry(patience(Duration.ofMillis(1), Duration.ofMillis(1), HOUR));
        assertThat(retry.pause(Duration.ofMillis(60))).isTrue();
        assertThat(retry.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(60));
    }

    @Test
    void aShorterRetryAfterDoesNotShortenThePause() throws InterruptedException {
        Retry retry = new Retry(patience(Duration.ofMillis(80), Duration.ofMillis(80), HOUR));
        assertThat(retry.pause(Duration.ZERO)).isTrue();
        assertThat(retry.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(40));
    }

    @Test
    void retriesEndBeforeAPauseThatWouldExceedTheLimit() throws InterruptedException {
        Retry retry = new Retry(patience(Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofMinutes(10)));
        assertThat(retry.pause(HOUR)).isFalse();
        assertThat(retry.failures()).isEqualTo(1);
    }

    @Test
    void retriesEndAtTheLimit() throws InterruptedException {
        Retry retry = new Retry(patience(Duration.ofMillis(1), Duration.ofMillis(4), Duration.ofMillis(40)));
        while (retry.pause(null)) {
            assertThat(retry.failures()).isLessThanOrEqualTo(41);
        }
        assertThat(retry.failures()).isGreaterThan(1);
    }

    @Test
    void anInterruptEndsAPause() {
        Retry retry = new Retry(patience(HOUR, HOUR, Duration.ofDays(1)));
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> retry.pause(null));
    }

    private static Patience patience(Duration first, Duration longest, Duration giveUpAfter) {
        return new Patience(first, longest, giveUpAfter, 3);
    }
}
