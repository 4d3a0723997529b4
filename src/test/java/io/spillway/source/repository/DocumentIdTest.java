package io.spillway.source.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentIdTest {
    @ParameterizedTest
    @CsvSource({
        "fe0f, 0",
        "fe12, 12",
        "fe123f, 123",
        "fe007f, 007",
        "ff612d, a-",
        "ffc3a9, é",
        "692bd7, aSvX",
        "fdfeffff, _v__",
        "00, AA"
    })
    void anIdIsTextDigitsOrBase64(String stored, String id) throws Exception {
        assertThat(DocumentId.decode(HexFormat.of().parseHex(stored))).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fe1a", "fef1", "fe1ff1"})
    void digitsThatAreNoneAreRefused(String stored) {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> DocumentId.decode(HexFormat.of().parseHex(stored)));
    }

    @Test
    void anEmptyIdIsRefused() {
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> DocumentId.decode(new byte[0]));
    }
}
