package io.spillway.destination.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.dataset.DumpId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ItemTemplateTest {
    private static final DumpId DUMP =
            DumpId.of("journals", "2026-11-21T235959Z").orElseThrow();

    @Test
    void aDateIsTheDayInUtc() {
        assertThat(identifier("example-{date}")).isEqualTo("example-2026-11-21");
    }

    @Test
    void aStampIsTheInstantAsWrittenInPaths() {
        assertThat(identifier("example-{stamp}")).isEqualTo("example-2026-11-21T235959Z");
    }

    @Test
    void aDatasetIsItsName() {
        assertThat(identifier("example-{dataset}-{date}")).isEqualTo("example-journals-2026-11-21");
    }

    @Test
    void onlyAStampDistinguishesHours() {
        assertThat(new ItemTemplate("a-{stamp}").tellsHoursApart()).isTrue();
        assertThat(new ItemTemplate("a-{date}").tellsHoursApart()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"example-{date}", "{dataset}_{stamp}", "0.{date}", "Example-{dataset}-{date}"})
    void aGoodTemplateHasNoProblems(String template) {
        assertThat(ItemTemplate.problems(template, "journals")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-{date}",
                ".{date}",
                "_{date}",
                "caf\u00e9-{date}",
                "a b-{date}",
                "a/{date}",
                "a:{date}",
                "{date}%",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{date}"
            })
    void aNameThatTheArchiveWouldRejectIsAProblem(String template) {
        assertThat(ItemTemplate.problems(template, "journals")).singleElement().matches(p -> p.contains("5 to 80"));
    }

    @Test
    void eightyCharactersAreAllowed() {
        assertThat(ItemTemplate.problems("a".repeat(70) + "{date}", "journals")).isEmpty();
    }

    @Test
    void everyProblemIsReported() {
        assertThat(ItemTemplate.problems("example-{day}", "journals")).hasSize(2);
    }

    @Test
    void aNameSharedByAllDumpsIsAProblem() {
        List<String> problems = ItemTemplate.problems("example-{dataset}", "journals");
        assertThat(problems).singleElement().matches(problem -> problem.contains("{date}"));
    }

    @Test
    void anItemBeyondTheLimitsIsReportedInAdvance() {
        assertThat(ItemLimits.warnings(ItemLimits.ADVISED_BYTES, ItemLimits.ADVISED_FILES))
                .isEmpty();
        assertThat(ItemLimits.warnings(ItemLimits.ADVISED_BYTES + 1, 1)).hasSize(1);
        assertThat(ItemLimits.warnings(ItemLimits.MAX_BYTES + 1, ItemLimits.ADVISED_FILES + 1))
                .hasSize(2);
    }

    private static String identifier(String template) {
        return new ItemTemplate(template).item(DUMP).identifier();
    }
}
