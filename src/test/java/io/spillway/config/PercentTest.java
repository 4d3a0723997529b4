package io.spillway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PercentTest {
    @ParameterizedTest
    @CsvSource({"0%, 0%", "5%, 5%", "5 %, 5%", "0.50%, 0.5%", "10%, 10%", "99.9999%, 99.9999%", "100.0%, 100%"})
    void aPercentageIsReadAndPrintedShort(String text, String printed) {
        assertThat(Percent.parse(text)).hasToString(printed).isEqualTo(Percent.parse(printed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%", "5", "0.05", "-1%", "100.1%", "101%", "1e1%", "5%%", " 5%", "5,5%", "٣%", "off"})
    void anythingElseIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Percent.parse(text))
                .withMessage(Percent.EXPECTED);
    }

    @Test
    void aPercentageAboveAllOrBelowZeroIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Percent(BigDecimal.valueOf(101)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Percent(BigDecimal.valueOf(-1)));
    }

    @ParameterizedTest
    @CsvSource({
        "5, 100, false",
        "6, 100, true",
        "-6, 100, false",
        "0, 0, false",
        "50000000000001, 1000000000000000, true"
    })
    void onlyMoreThanTheShareExceedsIt(long part, long whole, boolean exceeds) {
        assertThat(Percent.parse("5%").isExceededBy(part, whole)).isEqualTo(exceeds);
    }
}
