package io.spillway.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Many things of one kind are one message. */
class ExamplesTest {
    @Test
    void fewNamesAreAllNamed() {
        assertThat(Examples.of(List.of("a", "b", "c"))).isEqualTo("a, b, c");
    }

    @Test
    void ofManyNamesTheFirstAreNamedAndTheOthersCounted() {
        List<String> names = IntStream.range(0, 1_200).mapToObj(i -> "d" + i).toList();
        assertThat(Examples.of(names)).isEqualTo("d0, d1, d2 and 1,197 more");
    }

    @Test
    void reasonsThatDifferOnlyInNamesAndNumbersAreOfOneKind() {
        Map<String, String> reasons = new LinkedHashMap<>();
        reasons.put("journals/1", "/srv/journals/1/manifest.json is not a manifest: 3 bytes");
        reasons.put("articles/2", "/srv/articles/2/manifest.json is not a manifest: 44 bytes");
        reasons.put("articles/3", "/srv/articles/3/manifest.json is forbidden");
        assertThat(Examples.byKind(reasons))
                .containsExactly(
                        new Examples.Group(
                                List.of("journals/1", "articles/2"),
                                "/srv/journals/1/manifest.json is not a manifest: 3 bytes"),
                        new Examples.Group(List.of("articles/3"), "/srv/articles/3/manifest.json is forbidden"));
    }
}
