package io.spillway.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.json.JsonCursor;
import io.spillway.source.Document;
import io.spillway.source.Document.Range;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two formats whose lines identify their documents. */
class LinesWithIdTest {
    private static final String ID = "\"a-1\"";
    private static final String ROUTING = "\"r/1\"";

    @Test
    void bulkHasAnActionAndTheDocument() throws Exception {
        assertThat(encode(bulk(), ID, "", "{\"a\":1.0}")).isEqualTo("{\"index\":{\"_id\":\"a-1\"}}\n{\"a\":1.0}\n");
    }

    @Test
    void bulkKeepsTheRouting() throws Exception {
        assertThat(encode(bulk(), ID, ROUTING, "{}"))
                .isEqualTo("{\"index\":{\"_id\":\"a-1\",\"routing\":\"r/1\"}}\n{}\n");
    }

    @Test
    void bulkNamesNoIndexSoThatAnyIndexCanBeUsed() throws Exception {
        assertThat(encode(bulk(), ID, ROUTING, "{}")).doesNotContain("index-7", "_index");
        assertThat(bulk().format()).isEqualTo("bulk");
        assertThat(bulk().extension()).isEqualTo("bulk.ndjson");
    }

    @Test
    void aLineWithAnIdContainsTheDocumentBesideIt() throws Exception {
        assertThat(encode(new JsonLinesWithId(), ID, "", "{\"a\":1.0}"))
                .isEqualTo("{\"_id\":\"a-1\",\"_index\":\"index-7\",\"_source\":{\"a\":1.0}}\n");
        assertThat(encode(new JsonLinesWithId(), ID, ROUTING, "{}"))
                .isEqualTo("{\"_id\":\"a-1\",\"_index\":\"index-7\",\"_routing\":\"r/1\",\"_source\":{}}\n");
        assertThat(new JsonLinesWithId().extension()).isEqualTo("jsonl");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\\\"q\\\"\"", "\"a\\nb\"", "\"\\u0000\"", "\"../\u00E9 \uD83D\uDCDA\"", "\"\""})
    void anIdKeepsItsJsonSpelling(String id) throws Exception {
        assertThat(encode(bulk(), id, "", "{}")).isEqualTo("{\"index\":{\"_id\":" + id + "}}\n{}\n");
        assertThat(encode(new JsonLinesWithId(), id, "", "{}"))
                .isEqualTo("{\"_id\":" + id + ",\"_index\":\"index-7\",\"_source\":{}}\n");
    }

    @Test
    void aDocumentOnManyLinesBecomesOneLine() throws Exception {
        String pretty = "{\r\n \"a\" : 1 /* one */\n}";
        assertThat(encode(bulk(), ID, "", pretty)).endsWith("}}\n{ \"a\" : 1 }\n");
        assertThat(encode(new JsonLinesWithId(), ID, "", pretty)).endsWith(",\"_source\":{ \"a\" : 1 }}\n");
    }

    @Test
    void bulkWritesCreatesOnRequest() throws Exception {
        assertThat(encode(new BulkLines(BulkLines.Action.CREATE, 1_000), ID, ROUTING, "{\"@timestamp\":1}"))
                .isEqualTo("{\"create\":{\"_id\":\"a-1\",\"routing\":\"r/1\"}}\n{\"@timestamp\":1}\n");
    }

    @Test
    void aBulkPartIsFullBeforeItExceedsItsLimit() throws Exception {
        String source = "{\"a\":\"\u00E9\"}";
        Document document = document(ID, "", source);
        long length = encode(bulk(), ID, "", source).getBytes(StandardCharsets.UTF_8).length;
        BulkLines exact = new BulkLines(BulkLines.Action.INDEX, 2 * length);
        BulkLines tight = new BulkLines(BulkLines.Action.INDEX, 2 * length - 1);
        for (BulkLines part : List.of(exact, tight)) {
            assertThat(part.isFullFor(document)).isFalse();
            part.encode(document, OutputStream.nullOutputStream());
        }
        assertThat(exact.isFullFor(document)).isFalse();
        assertThat(tight.isFullFor(document)).isTrue();
    }

    @Test
    void aDocumentAboveTheLimitOfABulkPartHasAPartOfItsOwn() throws Exception {
        Document small = document(ID, "", "{}");
        Document large = document(ID, "", "{\"a\":\"" + "x".repeat(1_000) + "\"}");
        BulkLines part = new BulkLines(BulkLines.Action.INDEX, 500);
        assertThat(part.isFullFor(large)).isFalse();
        part.encode(large, OutputStream.nullOutputStream());
        assertThat(part.isFullFor(small)).isTrue();
    }

    @Test
    void bytesThatAreNotUtf8CountAsTheirReplacements() throws Exception {
        byte[] broken = "{\"a\":\"____\"}".getBytes(StandardCharsets.UTF_8);
        for (int i = 6; i < 10; i++) {
            broken[i] = (byte) 0xFF;
        }
        Document document = CsvSample.document(broken);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        bulk().encode(document, out);
        BulkLines part = new BulkLines(BulkLines.Action.INDEX, 2L * out.size() - 1);
        part.encode(document, OutputStream.nullOutputStream());
        assertThat(part.isFullFor(document)).isTrue();
    }

    private static BulkLines bulk() {
        return new BulkLines(BulkLines.Action.INDEX, Long.MAX_VALUE);
    }

    private static String encode(Encoder encoder, String id, String routing, String source) throws Exception {
        Document document = document(id, routing, source);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        encoder.begin(out);
        encoder.encode(document, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Document document(String id, String routing, String source) throws Exception {
        String index = "\"index-7\"";
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        Range indexRange = append(answer, index);
        Range idRange = append(answer, id);
        Range routingRange = routing.isEmpty() ? Range.NONE : append(answer, routing);
        Range sourceRange = append(answer, source);
        byte[] bytes = answer.toByteArray();
        JsonCursor cursor = new JsonCursor(bytes, sourceRange.start(), sourceRange.end());
        cursor.skipDocument();
        return new Document(bytes, sourceRange, cursor.findings(), idRange, indexRange, routingRange);
    }

    private static Range append(ByteArrayOutputStream answer, String text) {
        int start = answer.size();
        answer.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        return new Range(start, answer.size());
    }
}
