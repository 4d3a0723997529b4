package io.spillway.source.elasticsearch;

import static io.spillway.source.elasticsearch.Answers.answer;
import static io.spillway.source.elasticsearch.Answers.bytes;
import static io.spillway.source.elasticsearch.Answers.hit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.json.JsonCursor;
import io.spillway.json.MalformedJsonException;
import io.spillway.source.Document;
import io.spillway.source.elasticsearch.SearchAnswer.MalformedSourceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SearchAnswerTest {
    private static final String FIRST =
            hit("a", "{\"t\":\"caf\\u00e9 \\\\ \\\"é\\\"\",\"n\":[1.00,-0.0,true]}", "[5,4294967301]");
    private static final String SECOND = hit("b", "{}", "[18446744073709551615,-7]");

    @Test
    void documentsAreReturnedInOrderWithTheirOwnBytes() throws Exception {
        SearchAnswer answer = parse(answer(FIRST, SECOND));
        assertThat(answer.documents()).extracting(Document::idAsJson).containsExactly("\"a\"", "\"b\"");
        assertThat(answer.documents())
                .extracting(SearchAnswerTest::source)
                .containsExactly("{\"t\":\"caf\\u00e9 \\\\ \\\"é\\\"\",\"n\":[1.00,-0.0,true]}", "{}");
        assertThat(answer.documents()).extracting(Document::indexAsJson).containsOnly("\"books\"");
    }

    @Test
    void theLastHitsSortValuesAreTheReceivedBytes() throws Exception {
        assertThat(parse(answer(FIRST, SECOND)).lastSort()).isEqualTo(bytes("[18446744073709551615,-7]"));
    }

    @Test
    void membersMayBeInAnyOrder() throws Exception {
        SearchAnswer answer = parse("""
            { "hits" : { "hits" : [ { "sort" : [1,2], "_source" : { "a" : 1 } , "new" : [{}],
                "_routing" : "r", "_id" : "x", "_index" : "i" } ], "total" : { "value" : 12, "relation" : "eq" } },
              "clusters" : null, "_shards" : { "failed" : 0, "total" : 1, "skipped" : 0, "successful" : 1 },
              "timed_out" : false, "pit_id" : "p" }
            """);
        assertThat(answer.documents()).hasSize(1);
        Document document = answer.documents().get(0);
        assertThat(document.idAsJson()).isEqualTo("\"x\"");
        assertThat(document.indexAsJson()).isEqualTo("\"i\"");
        assertThat(source(document)).isEqualTo("{ \"a\" : 1 }");
        assertThat(answer.lastSort()).isEqualTo(bytes("[1,2]"));
        assertThat(answer.total()).isEqualTo(12);
        assertThat(answer.pitId()).isEqualTo("p");
        assertThat(answer.incompleteness()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"total\":1,\"successful\":1,\"failures\":%s", "\"total\":%s"})
    void shardsThatNestTooDeeplyMakeAnAnswerIncomplete(String shards) throws Exception {
        String deep = "[".repeat(1_200) + "]".repeat(1_200);
        SearchAnswer answer =
                parse("{\"hits\":{\"hits\":[]},\"_shards\":{" + shards.formatted(deep) + "},\"pit_id\":\"p\"}");
        assertThat(answer.incompleteness()).contains("shards");
    }

    /** Every retry depends on this promise: an answer cut off at any position is recognised as cut off. */
    @Test
    void anAnswerCutOffAnywhereIsNotWhole() {
        byte[] whole = bytes(answer(FIRST, SECOND, hit("c", "{\"" + "x".repeat(20) + "\":null}", "[6,1]")));
        for (int length = 0; length < whole.length; length++) {
            int cut = length;
            assertThatExceptionOfType(MalformedJsonException.class)
                    .as("cut at %d", cut)
                    .isThrownBy(() -> SearchAnswer.parse(Arrays.copyOf(whole, cut), cut));
        }
    }

    @Test
    void trailingBytesMakeAnAnswerMalformed() {
        for (String more : List.of("}", "{}", ",", "x")) {
            assertThatExceptionOfType(MalformedJsonException.class).isThrownBy(() -> parse(answer(FIRST) + more));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"total\":5,\"successful\":4,\"skipped\":0,\"failed\":1}",
                "{\"total\":5,\"successful\":5,\"skipped\":0,\"failed\":1}",
                "{\"total\":5,\"successful\":3,\"skipped\":1,\"failed\":0}",
                "{\"total\":5,\"successful\":0,\"skipped\":0,\"failed\":0}",
            })
    void aShardWithoutAnAnswerMakesItIncomplete(String shards) throws Exception {
        assertThat(parse(answer(shards, List.of(FIRST))).incompleteness()).contains("of 5 shards failed");
    }

    /** Elasticsearch counts skipped shards as successful. Other servers have counted them separately. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"total\":5,\"successful\":5,\"skipped\":2,\"failed\":0}",
                "{\"total\":5,\"successful\":3,\"skipped\":2,\"failed\":0}",
            })
    void aSkippedShardHasAnswered(String shards) throws Exception {
        assertThat(parse(answer(shards, List.of(FIRST))).incompleteness()).isNull();
    }

    @Test
    void aSearchThatTimedOutIsIncomplete() throws Exception {
        String answer = answer(FIRST).replace("\"timed_out\":false", "\"timed_out\":true");
        assertThat(parse(answer).incompleteness()).isEqualTo("the search timed out");
    }

    @Test
    void aSearchTerminatedEarlyIsIncomplete() throws Exception {
        String answer = answer(FIRST).replace("\"took\"", "\"terminated_early\":true,\"took\"");
        assertThat(parse(answer).incompleteness()).isEqualTo("the search was terminated early");
    }

    @Test
    void aSearchNotTerminatedEarlyIsComplete() throws Exception {
        String answer = answer(FIRST).replace("\"took\"", "\"terminated_early\":false,\"took\"");
        assertThat(parse(answer).incompleteness()).isNull();
    }

    @Test
    void anAnswerWithoutShardsIsIncomplete() throws Exception {
        String answer = answer(FIRST).replace("\"_shards\"", "\"_sherds\"");
        assertThat(parse(answer).incompleteness()).isNotNull();
    }

    /** No hits at all must never be taken for the empty page that ends a slice. */
    @Test
    void anAnswerWithoutHitsIsNotAnEmptyPage() {
        String answer = "{\"pit_id\":\"p\",\"timed_out\":false,\"_shards\":" + Answers.ALL_SHARDS + "}";
        for (String json : List.of(answer, answer.replace("}}", "},\"hits\":{\"max_score\":null}}"))) {
            assertThat(mayBeUsed(json)).as(json).isFalse();
        }
    }

    @Test
    void theEmptyPageHasNoDocumentsAndNoSortValues() throws Exception {
        SearchAnswer answer = parse(answer());
        assertThat(answer.documents()).isEmpty();
        assertThat(answer.lastSort()).isEmpty();
        assertThat(answer.withoutSource()).isZero();
        assertThat(answer.incompleteness()).isNull();
        assertThat(answer.total()).isEqualTo(-1);
    }

    @Test
    void aHitWithoutASourceIsCountedButIsNotADocument() throws Exception {
        SearchAnswer answer =
                parse(answer(FIRST, "{\"_index\":\"books\",\"_id\":\"x\",\"_score\":null,\"sort\":[7,8]}"));
        assertThat(answer.documents()).hasSize(1);
        assertThat(answer.withoutSource()).isEqualTo(1);
    }

    /** Continuing from the sort values of an older hit would return documents twice. */
    @Test
    void aLastHitWithoutSortValuesDoesNotUseThoseOfThePreviousHit() throws Exception {
        SearchAnswer answer = parse(answer(FIRST, "{\"_index\":\"books\",\"_id\":\"x\",\"_source\":{}}"));
        assertThat(answer.lastSort()).isEmpty();
    }

    @Test
    void aRoutingBelongsOnlyToItsOwnHit() throws Exception {
        SearchAnswer answer = parse(answer(FIRST.replace("\"_score\"", "\"_routing\":\"r\\\"1\",\"_score\""), SECOND));
        Document routed = answer.documents().get(0);
        assertThat(routed.hasRouting()).isTrue();
        ByteArrayOutputStream routing = new ByteArrayOutputStream();
        routed.writeRouting(routing);
        assertThat(routing.toByteArray()).isEqualTo(bytes("\"r\\\"1\""));
        assertThat(answer.documents().get(1).hasRouting()).isFalse();
    }

    @Test
    void aDocumentMayContainWhatLooksLikeTheEndOfAnAnswer() throws Exception {
        String inString = "{\"t\":\"" + Answers.TAIL.replace("\"", "\\\"") + "\"}";
        String asTokens = "{\"a\":{\"b\":[{\"sort\":[1,2]}]}}";
        SearchAnswer answer = parse(answer(hit("a", inString, "[3,4]"), hit("b", asTokens, "[5,6]")));
        assertThat(answer.documents()).extracting(SearchAnswerTest::source).containsExactly(inString, asTokens);
        assertThat(answer.lastSort()).isEqualTo(bytes("[5,6]"));
    }

    @Test
    void findingsBelongToTheirDocument() throws Exception {
        SearchAnswer answer = parse(answer(
                hit("a", "{\n}", "[1,1]"),
                hit("b", "/* before */ {} /* behind */", "[2,2]"),
                hit("c", "{/**/}\n", "[3,3]"),
                hit("d", "\uFEFF{}", "[4,4]")));
        assertThat(answer.documents())
                .extracting(Document::findings)
                .containsExactly(JsonCursor.LINE_BREAK, 0, JsonCursor.COMMENT, 0);
        assertThat(answer.documents()).extracting(SearchAnswerTest::source).containsOnly("{}");
    }

    /** Elasticsearch stores a body in UTF-16 and returns it in the middle of its answer. */
    @Test
    void aSourceInAnotherEncodingNamesItsIndexAndId() {
        String[] around = answer(FIRST, hit("poison", "SOURCE", "[9,9]")).split("SOURCE", -1);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(bytes(around[0]));
        bytes.writeBytes("{\"a\":1}".getBytes(StandardCharsets.UTF_16LE));
        bytes.writeBytes(bytes(around[1]));
        assertThatExceptionOfType(MalformedSourceException.class)
                .isThrownBy(() -> SearchAnswer.parse(bytes.toByteArray(), bytes.size()))
                .satisfies(e -> {
                    assertThat(e).hasMessageContaining("\"poison\"").hasMessageContaining("\"books\"");
                    assertThat(e.isHiding()).isFalse();
                });
    }

    /**
     * One body may end in a line comment and another in a line break. Everything between them in the answer is then a
     * comment, whole hits included, and the rest is a valid answer.
     */
    @ParameterizedTest
    @ValueSource(strings = {"{}\n", "{}", "{\n}", "{} // too"})
    void aCommentAfterADocumentNeverHidesTheHitsAfterIt(String next) {
        String answer =
                answer(FIRST, hit("a", "{} // behind", "[1,1]"), hit("b", next, "[2,2]"), hit("c", "{}", "[3,3]"));
        assertThatExceptionOfType(MalformedSourceException.class)
                .isThrownBy(() -> parse(answer))
                .satisfies(e -> {
                    assertThat(e).hasMessageContaining("\"a\"").hasMessageContaining("\"books\"");
                    assertThat(e.isHiding()).isTrue();
                    assertThat(e.before()).isEqualTo(1);
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "// behind",
                " /**/ //",
                "//,\"sort\":[7,7]}]}}",
                "// \"sort\":\n",
                "//\"sort\":[7,7]\r",
                "\uFEFF//{\"a\""
            })
    void aCommentAfterTheOnlyDocumentHidesNothing(String comment) throws Exception {
        byte[] answer = bytes(answer(hit("a", "{}" + comment, "[3,1]")));

        SearchAnswer single = SearchAnswer.parseSingle(answer, answer.length);

        assertThat(single.documents()).extracting(SearchAnswerTest::source).containsExactly("{}");
        assertThat(single.lastSort()).isEqualTo(bytes("[3,1]"));
        assertThat(single.incompleteness()).isNull();
    }

    @Test
    void anAnswerCutOffInACommentIsNotWhole() {
        byte[] answer = bytes(answer(hit("a", "{}// behind", "[3,1]")));
        int comment = new String(answer, StandardCharsets.UTF_8).indexOf("//");
        for (int length = comment; length < answer.length; length++) {
            int cut = length;
            assertThatExceptionOfType(MalformedJsonException.class)
                    .as("%d bytes", cut)
                    .isThrownBy(() -> SearchAnswer.parseSingle(answer, cut));
        }
    }

    @Test
    void twoHitsForARequestOfOneAreNotUsed() throws Exception {
        byte[] answer = bytes(answer(FIRST, SECOND));
        assertThat(SearchAnswer.parseSingle(answer, answer.length).incompleteness())
                .contains("more hits");
    }

    @Test
    void aCommentAfterADocumentMayEndWithItsLine() throws Exception {
        assertThat(parse(answer(hit("a", "{} // behind\n", "[1,1]"), SECOND)).documents())
                .hasSize(2);
    }

    @Test
    void bytesBeyondTheLengthBelongToAnOlderAnswerAndAreIgnored() throws Exception {
        byte[] whole = bytes(answer(FIRST));
        byte[] buffer = Arrays.copyOf(whole, whole.length + 100);
        Arrays.fill(buffer, whole.length, buffer.length, (byte) '}');
        assertThat(SearchAnswer.parse(buffer, whole.length).documents()).hasSize(1);
    }

    private static boolean mayBeUsed(String answer) {
        try {
            return parse(answer).incompleteness() == null;
        } catch (MalformedJsonException | MalformedSourceException e) {
            return false;
        }
    }

    private static SearchAnswer parse(String answer) throws MalformedJsonException, MalformedSourceException {
        byte[] bytes = bytes(answer);
        return SearchAnswer.parse(bytes, bytes.length);
    }

    private static String source(Document document) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            document.writeSource(out);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
