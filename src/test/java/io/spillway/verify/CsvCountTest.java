package io.spillway.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvCountTest {

    @Test
    void theHeaderIsNotADocument() {
        assertThat(count("a,b\r\n").documents()).isZero();
        assertThat(count("a,b\r\n1,2\r\n").documents()).isEqualTo(1);
    }

    @Test
    void lineBreaksInsideQuotesDoNotEndARow() {
        assertThat(count("a,b\r\n\"1\r\n\n2\",3\r\n4,\"\n\"\r\n").documents()).isEqualTo(2);
    }

    @Test
    void aDoubledQuoteDoesNotEndACell() {
        assertThat(count("a\r\n\"x\"\"\r\n\"\"y\"\r\n\"\"\r\n\"\"\"\"\r\n").documents())
                .isEqualTo(3);
    }

    @Test
    void aByteOrderMarkBelongsToTheHeader() {
        CsvCount count = count("\uFEFF\"a\nb\",c\r\n1,2\r\n");
        assertThat(count.documents()).isEqualTo(1);
        assertThat(count.endsWhole()).isTrue();
    }

    @Test
    void aHeaderWithoutRowsIsWhole() {
        assertThat(count("a\r\n").endsWhole()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "\uFEFF", "a", "a\r", "a\r\n1", "a\r\n1\r", "a\r\n\"1\r\n", "a\r\n\"1\"\"\r\n", "a\r\n\"1\""
            })
    void truncatedContentIsNotWhole(String content) {
        assertThat(count(content).endsWhole()).isFalse();
    }

    @Test
    void aTruncatedRowDoesNotCount() {
        assertThat(count("a\r\n1\r\n\"2\r\n").documents()).isEqualTo(1);
        assertThat(count("a\r\n1\r\n2").documents()).isEqualTo(1);
        assertThat(count("a").documents()).isZero();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void theCountDoesNotDependOnHowTheBytesArrive(long seed) {
        byte[] content = "\uFEFFa,\"b\r\n\"\r\n1,\"x\"\"\r\n\"\r\n\"\n\",\r\n".getBytes(UTF_8);
        Random random = new Random(seed);
        CsvCount count = new CsvCount();
        for (int at = 0; at < content.length; ) {
            byte[] buffer = new byte[8];
            int length = Math.min(random.nextInt(buffer.length), content.length - at);
            System.arraycopy(content, at, buffer, 0, length);
            count.take(buffer, length);
            at += length;
        }
        assertThat(count.documents()).isEqualTo(2);
        assertThat(count.endsWhole()).isTrue();
    }

    private static CsvCount count(String content) {
        CsvCount count = new CsvCount();
        byte[] bytes = content.getBytes(UTF_8);
        count.take(bytes, bytes.length);
        return count;
    }
}
