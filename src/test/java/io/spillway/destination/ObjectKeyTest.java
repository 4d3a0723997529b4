package io.spillway.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectKeyTest {

    @ParameterizedTest(name = "\"{0}\"")
    @ValueSource(strings = {"a", "links.json", "journals/2026-11-21T030000Z/SHA256SUMS", "_/-/...", "a..b", ".hidden"})
    void plainNamesAreKeys(String value) {
        assertThat(new ObjectKey(value).value()).isEqualTo(value);
    }

    @ParameterizedTest(name = "\"{0}\"")
    @ValueSource(
            strings = {
                "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/./b", "a b", "a\\b", "a:b", "ä", "a%2Fb",
                "a\n", "a\u0000", "~", "C:/a"
            })
    void aNameThatCouldLeaveTheDestinationOrNeedsEscapingIsNotAKey(String value) {
        assertThatIllegalArgumentException().isThrownBy(() -> new ObjectKey(value));
    }

    @Test
    void aKeyHasAtMostAThousandCharacters() {
        assertThat(new ObjectKey("k".repeat(1_000)).value()).hasSize(1_000);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ObjectKey("k".repeat(1_001)))
                .withMessageContaining("1001");
    }

    @Test
    void aChildIsOneLevelBelow() {
        assertThat(new ObjectKey("journals").child("latest.json")).isEqualTo(new ObjectKey("journals/latest.json"));
    }

    @Test
    void aChildCannotLeaveItsParent() {
        ObjectKey key = new ObjectKey("journals");
        assertThatIllegalArgumentException().isThrownBy(() -> key.child(".."));
    }

    @Test
    void theNameIsTheLastSegment() {
        assertThat(new ObjectKey("journals/latest.json").name()).isEqualTo("latest.json");
        assertThat(new ObjectKey("links.json").name()).isEqualTo("links.json");
    }

    @Test
    void keysSortByTheirCharacters() {
        List<String> sorted = Stream.of("a/b", "a-b", "b", "a", "B", "a.b")
                .map(ObjectKey::new)
                .sorted()
                .map(ObjectKey::toString)
                .toList();
        assertThat(sorted).containsExactly("B", "a", "a-b", "a.b", "a/b", "b");
    }
}
