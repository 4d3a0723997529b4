package io.spillway.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SourceSurveyTest {
    private static final SourceDescription BOOKS =
            new SourceDescription("elasticsearch", null, "books", List.of("books"), 1, false, List.of());

    @Test
    void bytesAreEstimatedFromTheSample() {
        assertThat(new SourceSurvey(
                                BOOKS,
                                3_000_000_000L,
                                1,
                                1,
                                3,
                                1_000,
                                List.of(),
                                SourceSurvey.KEEP_ALIVE,
                                null,
                                List.of())
                        .estimatedBytes())
                .isEqualTo(1_000_000_000_000L);
    }

    @Test
    void withoutASampleNothingIsEstimated() {
        assertThat(new SourceSurvey(BOOKS, 0, 1, 1, 0, 0, List.of(), SourceSurvey.KEEP_ALIVE, null, List.of())
                        .estimatedBytes())
                .isZero();
    }

    @Test
    void aDescriptionDoesNotChangeWithTheListsItWasMadeFrom() {
        List<String> indices = new ArrayList<>(List.of("a"));
        SourceDescription description =
                new SourceDescription("elasticsearch", null, "a*", indices, 1, false, new ArrayList<>());
        indices.add("b");
        assertThat(description.indices()).containsExactly("a");
    }
}
