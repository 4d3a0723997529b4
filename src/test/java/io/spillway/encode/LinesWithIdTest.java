package io.spillway.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.json.JsonCursor;
import io.spillway.source.Document;
import io.spillway.source.Document.Range;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two formats that say which document a line is. */
class LinesWithIdTest {
    private static final String ID = "\"a-1\"";
    private static final String ROUTING = "\"r/1\"";

    @Test
    void bulkHasAnActionAndTheDocument() throws Exception {
        assertThat(encode(new BulkLines(), ID, "", "{\"a\":1.0}"))
                .isEqualTo("{\"index\":{\"_id\":\"a-1\"}}\n{\"a\":1.0}\n");
    }

    @Test
    void bulkKeepsTheRouting() throws Exception {
        assertThat(encode(new BulkLines(), ID, ROUTING, "{}"))
                .isEqualTo("{\"index\":{\"_id\":\"a-1\",\"routing\":\"r/1\"}}\n{}\n");
    }

    @Test
    void bulkNamesNoIndexSoThatAnyCanTakeIt() throws Exception {
        assertThat(encode(new BulkLines(), ID, ROUTING, "{}")).doesNotContain("index-7", "_index");
        assertThat(new BulkLines().format()).isEqualTo("bulk");
        assertThat(new BulkLines().extension()).isEqualTo("bulk.ndjson");
    }

    @Test
    void aLineWithAnIdHoldsTheDocumentBesideIt() throws Exception {
        assertThat(encode(new JsonLinesWithId(), ID, "", "{\"a\":1.0}"))
                .isEqualTo("{\"_id\":\"a-1\",\"_index\":\"index-7\",\"_source\":{\"a\":1.0}}\n");
        assertThat(encode(new JsonLinesWithId(), ID, ROUTING, "{}"))
                .isEqualTo("{\"_id\":\"a-1\",\"_index\":\"index-7\",\"_routing\":\"r/1\",\"_source\":{}}\n");
        assertThat(new JsonLinesWithId().extension()).isEqualTo("jsonl");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\\\"q\\\"\"", "\"a\\nb\"", "\"\\u0000\"", "\"../\u00E9 \uD83D\uDCDA\"", "\"\""})
    void anIdStaysTheJsonThatItCameAs(String id) throws Exception {
        assertThat(encode(new BulkLines(), id, "", "{}")).isEqualTo("{\"index\":{\"_id\":" + id + "}}\n{}\n");
        assertThat(encode(new JsonLinesWithId(), id, "", "{}"))
                .isEqualTo("{\"_id\":" + id + ",\"_index\":\"index-7\",\"_source\":{}}\n");
    }

    @Test
    void aDocumentOnManyLinesStillTakesOne() throws Exception {
        String pretty = "{\r\n \"a\" : 1 /* one */\n}";
        assertThat(encode(new BulkLines(), ID, "", pretty)).endsWith("}}\n{ \"a\" : 1 }\n");
        assertThat(encode(new JsonLinesWithId(), ID, "", pretty)).endsWith(",\"_source\":{ \"a\" : 1 }}\n");
    }

    private static String encode(Encoder encoder, String id, String routing, String source) throws Exception {
        String index = "\"index-7\"";
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        Range indexRange = append(answer, index);
        Range idRange = append(answer, id);
        Range routingRange = routing.isEmpty() ? Range.NONE : append(answer, routing);
        Range sourceRange = append(answer, source);
        byte[] bytes = answer.toByteArray();
        JsonCursor cursor = new JsonCursor(bytes, sourceRange.start(), sourceRange.end());
        cursor.skipDocument();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        encoder.begin(out);
        encoder.encode(new Document(bytes, sourceRange, cursor.findings(), idRange, indexRange, routingRange), out);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Range append(ByteArrayOutputStream answer, String text) {
        int start = answer.size();
        answer.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        return new Range(start, answer.size());
    }
}
