package io.spillway.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(1));

    @Test
    void pausesDoubleUpToTheLongest() {
        assertThat(Stream.of(1, 2, 3, 4, 1_000).map(backoff::pause))
                .containsExactly(
                        Duration.ofMillis(250),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1));
    }

    @Test
    void scatteredPausesAreInTheUpperHalfAndDiffer() {
        List<Duration> pauses =
                IntStream.range(0, 1_000).mapToObj(i -> backoff.scattered(3)).toList();
        assertThat(pauses)
                .allSatisfy(pause -> assertThat(pause).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1)));
        assertThat(pauses).anySatisfy(pause -> assertThat(pause).isNotEqualTo(pauses.get(0)));
    }
}
