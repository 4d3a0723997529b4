package io.spillway.fields;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldPatternTest {

    @ParameterizedTest
    @CsvSource({
        "a, a, true",
        "a, b, false",
        "a, a.b, false",
        "a.b, a, false",
        "a.b, a.b, true",
        "*, a, true",
        "*, a.b, false",
        "a.*, a.b, true",
        "a.*, a, false",
        "a.*, a.b.c, false",
        "a.**, a, true",
        "a.**, a.b, true",
        "a.**, a.b.c, true",
        "a.**, ab, false",
        "**, a.b.c, true",
        "**.b, b, true",
        "**.b, a.b, true",
        "**.b, a.b.c, false",
        "a.**.z, a.z, true",
        "a.**.z, a.b.c.z, true",
        "a.**.z, a.b, false",
        "**.b.**, x.b.y, true",
        "x*, xy, true",
        "x*, x, true",
        "x*, yx, false",
        "*_id, user_id, true",
        "a*c, abc, true",
        "a*c, ac, true",
        "a*c, acb, false",
        "a+, a+, true",
        "a+, aa, false"
    })
    void aPatternMatchesAPathOrNot(String pattern, String path, boolean named) {
        FieldPattern rule = FieldPattern.of(pattern);
        long at = rule.start();
        for (String name : path.split("\\.", -1)) {
            at = rule.step(at, name);
        }
        assertThat(rule.names(at)).isEqualTo(named);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a..b", ".a", "a.", " a", "a. b", "a**", "**a", "a.b**.c", "***"})
    void aPatternThatCannotNameAFieldIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> FieldPattern.of(text));
    }

    @Test
    void aPatternWithTooManyNamesIsRefused() {
        assertThat(FieldPattern.of("a" + ".a".repeat(61)).isExact()).isTrue();
        assertThatIllegalArgumentException().isThrownBy(() -> FieldPattern.of("a" + ".a".repeat(62)));
    }
}
