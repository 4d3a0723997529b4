package io.spillway.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DumpIdTest {
    private static final Instant INSTANT = Instant.parse("2026-11-21T03:00:00Z");

    @Test
    void itPrintsAsItsPath() {
        DumpId id = new DumpId("journals", INSTANT);
        assertThat(id).hasToString("journals/2026-11-21T030000Z");
        assertThat(id.stamp()).isEqualTo("2026-11-21T030000Z");
        assertThat(id.fileStem()).isEqualTo("journals-2026-11-21T030000Z");
    }

    @Test
    void fractionsOfASecondAreDropped() {
        assertThat(new DumpId("journals", INSTANT.plusMillis(999))).isEqualTo(new DumpId("journals", INSTANT));
    }

    @Test
    void aPrintedIdIsReadBackEqual() {
        for (String instant : List.of("2026-11-21T03:00:00Z", "2024-02-29T23:59:59Z", "1999-12-31T00:00:00Z")) {
            DumpId id = new DumpId("journals", Instant.parse(instant));
            assertThat(DumpId.of("journals", id.stamp())).contains(id);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "latest.json",
                "2026-11-21",
                "2026-11-21T030000",
                "2026-11-21T030000z",
                "2026-11-21T03:00:00Z",
                "2026-11-21T030000+01",
                "2026-02-30T030000Z",
                "2025-02-29T030000Z",
                "2026-11-21T240000Z",
                "2026-11-21T030060Z",
                "2026-13-01T030000Z",
                "+2026-11-21T030000Z",
                " 2026-11-21T030000Z",
                "2026-11-21T030000Z/",
                "\u0662026-11-21T030000Z"
            })
    void anotherNameIsNotADate(String stamp) {
        assertThat(DumpId.of("journals", stamp)).isEmpty();
    }

    @Test
    void idsSortByDatasetAndThenByDate() {
        List<DumpId> sorted = List.of(
                new DumpId("articles", INSTANT.plusSeconds(5)),
                new DumpId("journals", INSTANT.minusSeconds(1)),
                new DumpId("journals", INSTANT));
        assertThat(Stream.of(sorted.get(2), sorted.get(0), sorted.get(1)).sorted())
                .containsExactlyElementsOf(sorted);
        assertThat(sorted.stream().map(DumpId::toString)).isSorted();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-a",
                "a-",
                "Journals",
                "a_b",
                "a.b",
                "a/b",
                "..",
                ".",
                ".spillway",
                "a b",
                "a\n",
                "\u00E9"
            })
    void aNameThatIsNotAPathSegmentIsNotADatasetName(String name) {
        assertThat(Dataset.isName(name)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> Dataset.named(name));
        assertThatIllegalArgumentException().isThrownBy(() -> new DumpId(name, INSTANT));
    }

    @Test
    void aNameHasAtMostSixtyFourCharacters() {
        assertThat(Dataset.isName("a".repeat(64))).isTrue();
        assertThat(Dataset.isName("a".repeat(65))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "7", "a-b", "a--b", "journals-2026", "0x"})
    void lettersDigitsAndHyphensAreAName(String name) {
        Dataset dataset = Dataset.named(name);
        assertThat(dataset.title()).isEqualTo(name);
        assertThat(dataset.license()).isNull();
        assertThat(dataset.covers()).isEmpty();
    }
}
