package io.spillway.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.source.Document;
import io.spillway.source.PageReader;
import io.spillway.source.Snapshot;
import io.spillway.support.SyntheticSource;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLinesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"a\":9223372036854775807,\"b\":18446744073709551615,\"c\":1E400,\"d\":0.1000,\"e\":-0.0,\"f\":1.0}",
                "{ \"b\" :1,\t\"a\": [ ] }",
                "{\"\\ud800\":\"\\u0000 \\/ \\u00e9 \u00E9 \uD83D\uDCDA\"}",
                "{\"a\":\"\u2028\u2029\u0085\u007F\"}",
                "{\"a\":{\"a\":{\"a\":[[[[null,true,false]]]]}}}"
            })
    void aDocumentIsTheIndexedBytesAndALineFeed(String document) throws Exception {
        assertThat(encode(document)).isEqualTo(document + "\n");
    }

    @Test
    void onlyLineBreaksOutsideStringsAreLeftOut() throws Exception {
        assertThat(encode("{\r\n\t\"a\" : \"x\\ny\",\r\n\n\t\"b\":1.00\r}"))
                .isEqualTo("{\t\"a\" : \"x\\ny\",\t\"b\":1.00}\n");
    }

    @Test
    void everyDocumentIsOneLine() throws Exception {
        String lines = encode("{\"a\":\n1}", "{}", "{\"b\":[\r\n]}");
        assertThat(lines.chars().filter(c -> c == '\n')).hasSize(3);
        assertThat(lines).doesNotContain("\r").endsWith("\n");
    }

    @Test
    void nothingIsWrittenBeforeTheFirstDocument() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new JsonLines().begin(out);
        assertThat(out.size()).isZero();
        assertThat(new JsonLines().format()).isEqualTo("jsonl");
        assertThat(new JsonLines().extension()).isEqualTo("jsonl");
    }

    private static String encode(String... documents) throws Exception {
        SyntheticSource source = SyntheticSource.of(documents);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        JsonLines lines = new JsonLines();
        try (Snapshot snapshot = source.freeze();
                PageReader reader = snapshot.read(snapshot.slices().get(0), new StageClock(), new Progress())) {
            for (Document document : reader.next().orElseThrow().documents()) {
                lines.encode(document, out);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
