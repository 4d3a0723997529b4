package io.spillway.source;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SliceTest {
    @ParameterizedTest
    @CsvSource({"0, 0", "-1, 1", "1, 1", "7, 7"})
    void aSliceThatDoesNotExistIsRefused(int number, int of) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Slice(number, of))
                .withMessage("invalid slice " + number + " of " + of);
    }
}
