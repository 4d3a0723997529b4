package io.spillway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {
    private static final List<String> KNOWN = List.of("bucket", "api-key", "request-timeout", "gate", "slices");

    @ParameterizedTest
    @CsvSource({
        "buckett, bucket",
        "bukcet, bucket",
        "apiKey, api-key",
        "api_key, api-key",
        "API-KEY, api-key",
        "requesttimeout, request-timeout",
        "gates, gate",
        "slice, slices",
    })
    void theNearestNameIsFound(String unknown, String meant) {
        assertThat(Spelling.nearest(unknown, KNOWN)).contains(meant);
    }

    @ParameterizedTest
    @CsvSource({"schedule", "keep", "x", "password"})
    void aNameUnlikeAnyOtherHasNoNearest(String unknown) {
        assertThat(Spelling.nearest(unknown, KNOWN)).isEmpty();
    }

    @Test
    void withoutKnownNamesThereIsNoNearest() {
        assertThat(Spelling.nearest("a", List.of())).isEmpty();
    }
}
