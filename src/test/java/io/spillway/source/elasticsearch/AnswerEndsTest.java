package io.spillway.source.elasticsearch;

import static io.spillway.source.elasticsearch.Answers.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerEndsTest {
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void theFastPathFindsWhatTheParserFindsWhateverTheDocumentsHold(long seed) throws Exception {
        Random random = new Random(seed);
        int seen = 0;
        for (int run = 0; run < 300; run++) {
            byte[] answer = bytes(Answers.random(random));
            SearchAnswer walked = SearchAnswer.parse(answer, answer.length);
            byte[] glanced = AnswerEnds.lastSort(answer, answer.length);
            assertThat(AnswerEnds.pitId(answer, answer.length)).isEqualTo(walked.pitId());
            if (walked.documents().isEmpty()) {
                assertThat(glanced).isNull();
            } else {
                assertThat(glanced).isEqualTo(walked.lastSort());
                seen++;
            }
        }
        assertThat(seen).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "}]}}",
                "]}]}}",
                "[1,2]}]}}",
                "\"sort\":[1,2]}]}}\n",
                "\"sort\":[1,2]}]}",
                "\"sort\":[1, 2]}]}}",
                "\"sort\":[\"a\",2]}]}}",
                "\"sort\":[1.5,2]}]}}",
                "\"sort\":[null]}]}}",
                "\"sort\" :[1,2]}]}}",
                "\\\"sort\\\":[1,2]}]}}",
                "\"sort\":[[1,2]}]}}",
            })
    void anythingButTheExactShapeIsIgnored(String tail) {
        byte[] answer = bytes("{\"pit_id\":\"p\",\"hits\":{\"hits\":[{\"_source\":{}," + tail);
        assertThat(AnswerEnds.lastSort(answer, answer.length)).isNull();
        assertThat(AnswerEnds.lastSort(bytes(tail), bytes(tail).length)).isNull();
    }

    @Test
    void sortValuesUpToAReasonableLengthAreFound() {
        String values = "[-9223372036854775808,9223372036854775807]";
        byte[] answer = bytes("{\"sort\":" + values + "}]}}");
        assertThat(AnswerEnds.lastSort(answer, answer.length)).isEqualTo(bytes(values));
        byte[] absurd = bytes("{\"sort\":[" + "1".repeat(10_000) + "]}]}}");
        assertThat(AnswerEnds.lastSort(absurd, absurd.length)).isNull();
    }

    @Test
    void bytesBeyondTheLengthBelongToAnOlderAnswer() {
        byte[] buffer = bytes("{\"pit_id\":\"abc\"} \"sort\":[1,2]}]}}");
        assertThat(AnswerEnds.lastSort(buffer, 16)).isNull();
        assertThat(AnswerEnds.pitId(buffer, 13)).isNull();
        assertThat(AnswerEnds.pitId(buffer, 15)).isEqualTo("abc");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{\"took\":1,\"pit_id\":\"a\"}",
                "{\"pit_id\":\"a",
                "{\"pit_id\":\"a\\u002b\"}",
                "{ \"pit_id\":\"a\"}"
            })
    void anIdInAnyOtherPlaceOrSpellingIsIgnored(String answer) {
        assertThat(AnswerEnds.pitId(bytes(answer), bytes(answer).length)).isNull();
    }

    @Test
    void anIdMayHaveMegabytes() {
        String id = "QUJD".repeat(1_250_000);
        byte[] answer = bytes("{\"pit_id\":\"" + id + "\",\"took\":1}");
        assertThat(AnswerEnds.pitId(answer, answer.length)).isEqualTo(id);
    }
}
