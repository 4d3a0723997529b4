package io.spillway.source.elasticsearch;

import static io.spillway.source.elasticsearch.Answers.answer;
import static io.spillway.source.elasticsearch.Answers.bytes;
import static io.spillway.source.elasticsearch.Answers.hit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.SourceDescription;
import java.util.List;
import org.junit.jupiter.api.Test;

class HitOrderTest {
    private static final long SHARD = 1L << 32;

    private final HitOrder order = new HitOrder(
            "the server", new SourceDescription("elasticsearch", null, "books", List.of("books"), 3, false, List.of()));

    @Test
    void hitsOfSeveralShardsInNumberOrderPass() {
        assertThatCode(() -> {
                    order.check(answerOf(at("a", 0, 1), at("b", 2, 1), at("c", 1, 4)));
                    order.check(answerOf(at("d", 2, 4), at("e", 0, 9)));
                })
                .doesNotThrowAnyException();
    }

    /** One id under three routings is three documents, and they may be adjacent. */
    @Test
    void oneIdInTwoShardsIsTwoDocuments() {
        assertThatCode(() -> order.check(answerOf(at("a", 0, 1), at("a", 1, 1))))
                .doesNotThrowAnyException();
    }

    @Test
    void aDuplicateHitIsRefused() {
        assertRefused(answer(at("a", 0, 1), at("a", 0, 1)), "[1,1]", "not after [1,1]");
    }

    @Test
    void hitsOutOfOrderAreRefused() {
        assertRefused(
                answer(at("a", 0, 3), at("b", 0, 2), at("c", 0, 4)), "document \"b\"", "[2,2]", "not after [3,3]");
    }

    @Test
    void aPageThatStartsBeforeTheEndOfThePreviousOneIsRefused() throws Exception {
        order.check(answerOf(at("a", 0, 1), at("b", 0, 7)));
        assertRefused(answer(at("c", 0, 5), at("d", 0, 9)), "document \"c\"", "not after [7,7]");
    }

    @Test
    void aCopyOfAHitUnderTheNextNumberIsRefused() {
        assertRefused(answer(at("a", 0, 1), at("a", 0, 2)), "was returned twice in a row", "[1,1] and [2,2]");
    }

    @Test
    void aPageThatStartsWithTheLastHitOfThePreviousPageIsRefusedWhateverItsNumber() throws Exception {
        order.check(answerOf(at("a", 0, 1), at("b", 0, 7)));
        assertRefused(answer(at("b", 0, 8)), "document \"b\"", "was returned twice in a row");
    }

    @Test
    void aHitOfAnIndexOutsideTheSnapshotIsRefused() {
        assertRefused(
                answer(at("a", 0, 1).replace("\"books\"", "\"others\"")),
                "document \"a\" in index \"others\" is not in an index of books");
    }

    @Test
    void aShardOutsideTheSnapshotIsRefused() {
        assertRefused(answer(at("a", 3, 1)), "[1," + (3 * SHARD + 1) + "]", "3 shards");
    }

    @Test
    void sortValuesWithoutATiebreakerAreRefused() {
        assertRefused(
                answer(at("a", 0, 1), hit("b", "{}", "[2]")), "document \"b\"", "[2]", "do not identify a document");
    }

    private void assertRefused(String answer, String... words) {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> order.check(SearchAnswer.parse(bytes(answer), bytes(answer).length)))
                .withMessageStartingWith("the server returned a wrong page: ")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.INTEGRITY))
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    private static SearchAnswer answerOf(String... hits) throws Exception {
        byte[] bytes = bytes(answer(hits));
        return SearchAnswer.parse(bytes, bytes.length);
    }

    private static String at(String id, int shard, int number) {
        return hit(id, "{}", "[" + number + "," + (shard * SHARD + number) + "]");
    }
}
