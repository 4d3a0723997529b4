package io.spillway.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.json.JsonCursor;
import io.spillway.source.Document.Range;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DocumentTest {
    private static final String ANSWER = "\"ix\" \"i\\\"d\" \"r\" {\n\"a\": 1.00}";
    private static final byte[] BYTES = ANSWER.getBytes(StandardCharsets.UTF_8);
    private static final Range INDEX = range("\"ix\"");
    private static final Range ID = range("\"i\\\"d\"");
    private static final Range ROUTING = range("\"r\"");
    private static final Range SOURCE = range("{\n\"a\": 1.00}");

    @Test
    void aSourceWithoutFindingsIsWrittenByteForByte() throws IOException {
        assertThat(written(document(0)::writeSource)).isEqualTo("{\n\"a\": 1.00}");
    }

    @Test
    void aSourceWithFindingsIsWrittenOnOneLine() throws IOException {
        assertThat(written(document(JsonCursor.LINE_BREAK)::writeSource)).isEqualTo("{\"a\": 1.00}");
    }

    @Test
    void itsLengthIsThatOfTheIndexedSource() {
        assertThat(document(JsonCursor.LINE_BREAK).length()).isEqualTo(12);
    }

    @Test
    void namesAreWrittenAsTheirOriginalJson() throws IOException {
        Document document = document(0);
        assertThat(written(document::writeId)).isEqualTo("\"i\\\"d\"").isEqualTo(document.idAsJson());
        assertThat(written(document::writeIndex)).isEqualTo("\"ix\"").isEqualTo(document.indexAsJson());
        assertThat(written(document::writeRouting)).isEqualTo("\"r\"");
    }

    @Test
    void aDocumentWithoutARoutingHasNone() {
        assertThat(document(0).hasRouting()).isTrue();
        assertThat(new Document(BYTES, SOURCE, 0, ID, INDEX, Range.NONE).hasRouting())
                .isFalse();
    }

    private static Document document(int findings) {
        return new Document(BYTES, SOURCE, findings, ID, INDEX, ROUTING);
    }

    private static Range range(String text) {
        int start = ANSWER.indexOf(text);
        return new Range(start, start + text.length());
    }

    private static String written(Writing writing) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writing.to(out);
        return out.toString(StandardCharsets.UTF_8);
    }

    private interface Writing {
        void to(ByteArrayOutputStream out) throws IOException;
    }
}
