package io.spillway.publish;

import static io.spillway.publish.DraftMaker.field;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.fields.PublishedField;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaFileTest {
    private static JsonNode schema(DraftMaker draft) throws IOException {
        return new JsonMapper().readTree(SchemaFile.of(draft.make(), 3));
    }

    @Test
    void aFieldHasAllItsKnownFacts() throws Exception {
        DraftMaker draft = new DraftMaker()
                .fields(new PublishedField("mail", "keyword", List.of("array", "string"), 50, "hash", null));
        draft.descriptions = Map.of("mail", "Whom to write to.", "other", "Not published.");
        assertThat(schema(draft)).isEqualTo(new JsonMapper().readTree("""
                {
                  "dataset": "journals",
                  "dump": "journals/2026-11-21T030000Z",
                  "schema_version": 3,
                  "documents": 100,
                  "fields": [{
                    "path": "mail",
                    "type": "keyword",
                    "json_types": ["array", "string"],
                    "description": "Whom to write to.",
                    "documents": 50,
                    "share": 0.5,
                    "blurred": "hash"
                  }]
                }
                """));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.00", "true", "\"caf\\u00e9 \\\"x\\\"\""})
    void anExampleIsWrittenAsInTheDump(String value) throws Exception {
        DraftMaker draft =
                new DraftMaker().fields(new PublishedField("a", "keyword", List.of("string"), 1, null, value));
        assertThat(new String(SchemaFile.of(draft.make(), 1), StandardCharsets.UTF_8))
                .contains("\"example\" : " + value + "\n");
    }

    @Test
    void unknownFactsAreOmitted() throws Exception {
        assertThat(schema(new DraftMaker().fields(field("a", null, 1)))
                        .path("fields")
                        .get(0)
                        .properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("path", "json_types", "documents", "share");
    }

    @ParameterizedTest
    @CsvSource({"0, 3, 0", "3, 3, 1", "1, 3, 0.3333", "2, 3, 0.6667", "1, 10000, 0.0001", "1, 100000, 0", "0, 0, 0"})
    void aShareHasFourDigitsAndNoExponent(int having, int of, String share) throws Exception {
        DraftMaker draft = new DraftMaker().documents(of).fields(field("a", "long", having));
        assertThat(new String(SchemaFile.of(draft.make(), 1), StandardCharsets.UTF_8))
                .contains("\"share\" : " + share + "\n");
    }
}
