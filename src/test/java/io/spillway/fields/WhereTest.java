package io.spillway.fields;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.source.Document;
import io.spillway.source.Document.Range;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WhereTest {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a": true}              | {"a":true}
            {"a": true}              | { "b" : [1,{"a":false}] , "a" : true }
            {"a": false}             | {"a":false}
            {"a": "x"}               | {"a":"x"}
            {"a": "x\\"é😀"}         | {"a":"\\u0078\\"\\u00e9\\ud83d\\ude00"}
            {"a": ""}                | {"a":""}
            {"a": 1}                 | {"a":1}
            {"a": 1}                 | {"a":1.0}
            {"a": 1.5}               | {"a":15e-1}
            {"a": 0}                 | {"a":-0.0}
            {"a": 0.1000000000000000055} | {"a":0.1000000000000000055}
            {"a": 9007199254740993}  | {"a":9007199254740993}
            {"a": true}              | {"\\u0061":true}
            {"a.b": 1}               | {"a":{"b":1}}
            {"a.b": 1}               | {"a.b":1}
            {"a.b.c": 1}             | {"a":{"b.c":1}}
            {"a.b.c": 1}             | {"a.b":{"c":1}}
            {"a.b": 1}               | {"a":{"c":2},"a.b":1}
            {"a.b": 1}               | {"a":null,"a.b":1}
            {"é.b": 1}               | {"é":{"b":1}}
            {"a": 1}                 | {"a":1,"a":1}
            {"a": 1, "b": "x"}       | {"b":"x","a":1}
            """)
    void aDocumentWithEqualValuesIsSelected(String where, String document) throws Exception {
        assertThat(where(where).selects(document(document))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a": true}              | {}
            {"a": true}              | {"b":true}
            {"a": true}              | {"a":false}
            {"a": true}              | {"a":"true"}
            {"a": true}              | {"a":1}
            {"a": true}              | {"a":null}
            {"a": false}             | {"a":null}
            {"a": false}             | {"a":0}
            {"a": true}              | {"a":[true]}
            {"a": true}              | {"a":{"a":true}}
            {"a": true}              | {"A":true}
            {"a": true}              | {"aa":true}
            {"a": true}              | {"a.":true}
            {"a": true}              | {"a":true,"a":false}
            {"a": true}              | {"a":false,"a":true}
            {"a": true}              | {"b":{"a":true}}
            {"a": "x"}               | {"a":"x "}
            {"a": "x"}               | {"a":"X"}
            {"a": ""}                | {"a":null}
            {"a": "1"}               | {"a":1}
            {"a": 1}                 | {"a":"1"}
            {"a": 1}                 | {"a":10}
            {"a": 1}                 | {"a":-1}
            {"a": 1}                 | {"a":1.0000000000000000000001}
            {"a": 1}                 | {"a":1e99999999999}
            {"a": 0.1}               | {"a":0.1000000000000000055}
            {"a": 9007199254740992}  | {"a":9007199254740993}
            {"a": "\\\\ud800"}       | {"a":"\\ud800"}
            {"a": "?"}               | {"a":"\\ud800"}
            {"a.b": 1}               | {"a":[{"b":1}]}
            {"a.b": 1}               | {"a":[{"b":2}],"a.b":1}
            {"a.b": 1}               | {"a.b":1,"a":{"b":2}}
            {"a.b": 1}               | {"a":1}
            {"a.b": 1}               | {"ab":1}
            {"a.b": 1}               | {"a":{"b":{"a.b":1}}}
            {"a": 1, "b": "x"}       | {"a":1}
            {"a": 1, "b": "x"}       | {"a":1,"b":"y"}
            """)
    void anyOtherDocumentIsNotSelected(String where, String document) throws Exception {
        assertThat(where(where).selects(document(document))).isFalse();
    }

    @Test
    void aNumberOfManyDigitsIsNotEqualAndTakesNoTime() throws Exception {
        assertThat(where("{\"a\": 1}").selects(document("{\"a\":1." + "0".repeat(5_000_000) + "}")))
                .isFalse();
    }

    @Test
    void withoutConditionsEveryDocumentIsSelected() {
        assertThat(Where.ALL.isAll()).isTrue();
        assertThat(Where.ALL.selects(document("{}"))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a": null}      | a is null
            {"a": [1]}       | a is [1]
            {"a": {"b": 1}}  | a is {"b":1}
            {"": 1}          | no field can have
            {"a": "\\ud800"} | not Unicode text: a
            """)
    void whatCannotBeComparedIsRefused(String where, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> where(where)).withMessageContaining(message);
    }

    private static Where where(String json) throws Exception {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        JSON.readTree(json).properties().forEach(each -> values.put(each.getKey(), each.getValue()));
        return new Where(values);
    }

    private static Document document(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return new Document(bytes, new Range(0, bytes.length), 0, Range.NONE, Range.NONE, Range.NONE);
    }
}
