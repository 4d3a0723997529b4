package io.spillway.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OneLineTest {
    private static final int RUNS_A_SEED = 40;
    private static final String REPLACED = "\uFFFD";

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {21, 22, 23, 24, 25})
    void onlyLineBreaksCommentsAndByteOrderMarksAreRemoved(long seed) throws IOException, MalformedJsonException {
        Random random = new Random(seed);
        for (int run = 0; run < RUNS_A_SEED; run++) {
            RandomJson json = RandomJson.document(random);
            Copy copy = copy(json.text());
            assertThat(copy.bytes()).isEqualTo(json.oneLine());
            assertThat(copy.replaced()).isZero();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {31, 32, 33})
    void theCopyIsJsonOnOneLineWithTheSameTokens(long seed) throws IOException, MalformedJsonException {
        Random random = new Random(seed);
        for (int run = 0; run < RUNS_A_SEED; run++) {
            byte[] text = RandomJson.value(random).text();
            byte[] copy = copy(JsonCursorTest.join(bytes("{\"v\":"), text, bytes("}")))
                    .bytes();
            assertThat(copy).doesNotContain('\n', '\r');
            assertThat(Jackson.tokens(copy))
                    .isEqualTo(Jackson.tokens(JsonCursorTest.join(bytes("{\"v\":"), text, bytes("}"))));
        }
    }

    @Test
    void aDocumentOnOneLineIsUnchanged() throws IOException, MalformedJsonException {
        String text = "{\"a\" : [1.00,\t1e400, -0.0],\"b\":\"\\u000a \\\\\" }";
        assertThat(copy(bytes(text)).bytes()).isEqualTo(bytes(text));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "EDA080, 3", // a surrogate
        "EDA0BDEDB880, 6", // a character above U+FFFF as two surrogates (CESU-8)
        "C080, 2", // NUL in Java's modified UTF-8
        "E080AF, 3", // an overlong slash
        "C0A2, 2", // an overlong quote
        "F4908080, 4", // above U+10FFFF
        "F09F98, 3", // a truncated sequence
        "FF, 1",
    })
    void eachByteThatIsNotUtf8IsReplacedAndCounted(String hex, int count) throws IOException, MalformedJsonException {
        byte[] odd = HexFormat.of().parseHex(hex);
        Copy copy = copy(JsonCursorTest.join(bytes("{\"a\":\"é"), odd, bytes("é\"}")));
        assertThat(copy.bytes()).isEqualTo(bytes("{\"a\":\"é" + REPLACED.repeat(count) + "é\"}"));
        assertThat(copy.replaced()).isEqualTo(count);
    }

    @Test
    void bytesThatAreNotUtf8InsideACommentAreRemovedWithIt() throws IOException, MalformedJsonException {
        byte[] odd = HexFormat.of().parseHex("FFC0");
        Copy copy = copy(JsonCursorTest.join(bytes("{/*"), odd, bytes("*/\"a\":1}")));
        assertThat(copy.bytes()).isEqualTo(bytes("{\"a\":1}"));
        assertThat(copy.replaced()).isZero();
    }

    @Test
    void aByteOrderMarkInsideAStringIsKept() throws IOException, MalformedJsonException {
        assertThat(copy(bytes("{\"a\":\"\uFEFF\"\uFEFF}")).bytes()).isEqualTo(bytes("{\"a\":\"\uFEFF\"}"));
    }

    private static Copy copy(byte[] document) throws IOException, MalformedJsonException {
        JsonCursor cursor = new JsonCursor(document, 0, document.length);
        int start = cursor.skipDocument();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int replaced = OneLine.copy(document, start, cursor.position(), out);
        return new Copy(out.toByteArray(), replaced);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Copy(byte[] bytes, int replaced) {}
}
