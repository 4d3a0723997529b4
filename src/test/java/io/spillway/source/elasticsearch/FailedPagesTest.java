package io.spillway.source.elasticsearch;

import static io.spillway.source.elasticsearch.StubSource.IMPATIENT;
import static io.spillway.source.elasticsearch.StubSource.PATIENT;
import static io.spillway.source.elasticsearch.StubSource.SMALL_PAGES;
import static io.spillway.source.elasticsearch.StubSource.paging;
import static io.spillway.source.elasticsearch.StubSource.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.progress.Progress;
import io.spillway.source.Snapshot;
import io.spillway.source.elasticsearch.ElasticsearchOptions.NotUtf8;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Paging;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Patience;
import io.spillway.support.StubElasticsearch;
import io.spillway.support.StubElasticsearch.Framing;
import io.spillway.support.StubElasticsearch.Search;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which a page can fail or be cancelled: afterwards each document is there once, or the run has failed with the reason. */
@Timeout(120)
@Tag("slow")
class FailedPagesTest extends PagerFixture {
    static Stream<Arguments> incompleteAnswers() {
        return Stream.of(
                Arguments.of("a failed shard", edit(SHARDS_OK, "\"successful\":2,\"skipped\":0,\"failed\":1")),
                Arguments.of("a shard missing", edit(SHARDS_OK, "\"successful\":2,\"skipped\":0,\"failed\":0")),
                Arguments.of("timed out", edit("\"timed_out\":false", "\"timed_out\":true")),
                Arguments.of("terminated early", edit("\"timed_out\"", "\"terminated_early\":true,\"timed_out\"")),
                Arguments.of("no shards", edit("\"_shards\"", "\"shards\"")),
                Arguments.of("no hits", edit("\"hits\":{", "\"hot\":{")),
                Arguments.of("another JSON", edit("{\"pit_id\"", "[]{\"pit_id\"")),
                Arguments.of("an empty body", StubElasticsearch.Fault.editing(answer -> "")));
    }

    static Stream<Arguments> brokenConnections() {
        return Stream.of(
                Arguments.of("hung up", StubElasticsearch.Fault.hangUp()),
                Arguments.of(
                        "proxy's error page",
                        StubElasticsearch.Fault.status(502, "<html>Bad Gateway</html>", "Content-Type: text/html")),
                Arguments.of("503 without a body", StubElasticsearch.Fault.status(503, "")),
                Arguments.of("429, when it likes", StubElasticsearch.Fault.status(429, REJECTED)),
                Arguments.of("429, at once", StubElasticsearch.Fault.status(429, REJECTED, "Retry-After: 0")),
                Arguments.of("a page that is too long", StubElasticsearch.Fault.announcing(1L << 40)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"incompleteAnswers", "brokenConnections"})
    void aPageThatFailsOnceIsRequestedAgain(String name, StubElasticsearch.Fault fault) throws Exception {
        server.onPage(1, fault);
        assertThat(readAll(server, paging(1, PATIENT))).isEqualTo(server.documents());
    }

    /**
     * Three times each, on the first, a middle and the last, empty page, so that every buffer and every prefetched page
     * is affected.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource({"incompleteAnswers", "brokenConnections"})
    void faultsOnManyPagesLoseAndDuplicateNothing(String name, StubElasticsearch.Fault fault) throws Exception {
        server.whenSearching(search -> search.attempt() <= 3 && search.page() % 3 == 1 ? fault : null);
        Progress progress = new Progress();
        assertThat(readAll(server, paging(2, PATIENT), progress))
                .containsExactlyInAnyOrderElementsOf(server.documents());
        assertThat(progress.now().retries()).isGreaterThan(5);
        assertThat(server.closed()).hasSize(1);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"incompleteAnswers", "brokenConnections"})
    void aPageThatAlwaysFailsFailsTheRun(String name, StubElasticsearch.Fault fault) {
        server.whenSearching(search -> search.page() >= 3 ? fault : null);
        SpillwayException failure = failure(paging(1, IMPATIENT));
        assertThat(failure.fault())
                .isEqualTo(name.equals("a page that is too long") ? Fault.SOURCE_REFUSED : Fault.SOURCE_UNAVAILABLE);
        assertThat(server.closed()).hasSize(1);
    }

    /** Retries request the same page, not the one after it, and do not start from the beginning. */
    @Test
    void aRetryContinuesAfterTheLastUsedPage() throws Exception {
        server.window(20);
        server.onPage(3, edit("\"timed_out\":false", "\"timed_out\":true"), StubElasticsearch.Fault.hangUp());
        readAll(server, FULL_PAGES);
        List<Search> third =
                server.searches().stream().filter(s -> s.page() == 3).toList();
        assertThat(third).hasSize(3);
        assertThat(third).extracting(Search::searchAfter).containsOnly("[13,13]");
    }

    @Test
    void aShardWhoseNodeIsGoneForGoodIsALostSnapshot() {
        server.whenSearching(search -> search.page() == 2 ? goneShard() : null);
        SpillwayException failure = failure(paging(1, PATIENT));
        assertThat(failure.fault()).isEqualTo(Fault.SNAPSHOT_LOST);
        assertThat(failure).hasMessageContaining("node_disconnected_exception");
        assertThat(server.searches().stream().filter(s -> s.page() == 2)).hasSize(3);
    }

    @Test
    void aShardThatReturnsInTimeIsRead() throws Exception {
        server.onPage(2, goneShard(), goneShard());
        assertThat(readAll(server, paging(1, PATIENT))).isEqualTo(server.documents());
    }

    static Stream<Arguments> cuts() {
        return Stream.of(Framing.values())
                .flatMap(framing -> Stream.of(
                        cut(framing, "nothing", answer -> 0),
                        cut(framing, "head", answer -> 5),
                        cut(framing, "before the hits", answer -> answer.indexOf("\"hits\":{")),
                        cut(framing, "inside an id", answer -> answer.indexOf("\"_id\":\"d") + 8),
                        cut(framing, "before a source", answer -> answer.indexOf("\"_source\":") + 10),
                        cut(framing, "inside a source", answer -> answer.indexOf("\"_source\":") + 13),
                        cut(framing, "inside a string of a source", answer -> answer.lastIndexOf("\"t\":\"") + 5),
                        cut(framing, "between two hits", answer -> answer.lastIndexOf("{\"_index\"")),
                        cut(framing, "inside sort values", answer -> answer.lastIndexOf("\"sort\":[") + 9),
                        cut(framing, "behind the last hit", answer -> answer.length() - 3),
                        cut(framing, "before the last brace", answer -> answer.length() - 1)));
    }

    private static Arguments cut(Framing framing, String name, ToIntFunction<String> where) {
        return Arguments.of(framing, name, where);
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("cuts")
    void aTruncatedBodyLosesAndDuplicatesNothing(Framing framing, String name, ToIntFunction<String> where)
            throws Exception {
        StubElasticsearch.Fault cut =
                StubElasticsearch.Fault.cut(framing, answer -> Math.max(0, where.applyAsInt(answer)));
        server.whenSearching(search -> search.attempt() <= 2 && search.page() % 2 == 1 ? cut : null);
        assertThat(readAll(server, paging(1, PATIENT))).isEqualTo(server.documents());
    }

    @ParameterizedTest
    @CsvSource({"LENGTH", "CHUNKED", "UNTIL_CLOSED"})
    void aWholeBodyIsAcceptedHoweverItIsFramed(Framing framing) throws Exception {
        server.whenSearching(search -> StubElasticsearch.Fault.framed(framing));
        Progress progress = new Progress();
        assertThat(readAll(server, paging(1, PATIENT), progress)).isEqualTo(server.documents());
        assertThat(progress.now().retries()).isZero();
    }

    @Test
    void aMissingAnswerIsRequestedAgain() throws Exception {
        server.onPage(2, StubElasticsearch.Fault.silence());
        Paging paging = new Paging(1, 1, SMALL_PAGES, Duration.ofSeconds(1), 1.0, NotUtf8.STOP, PATIENT);
        assertThat(readAll(server, paging)).isEqualTo(server.documents());
    }

    @ParameterizedTest(name = "page {0}")
    @ValueSource(ints = {1, 3})
    void anInterruptEndsAWaitingReaderAndClosesThePointInTime(int page) throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        server.onPage(page, StubElasticsearch.Fault.after(never));
        FutureTask<List<String>> reading = new FutureTask<>(() -> readAll(server, paging(1, PATIENT)));
        Thread thread = new Thread(reading, "reader");
        thread.start();
        server.awaitSearches(page);
        thread.interrupt();
        thread.join();
        assertThat(catchThrowableOfType(java.util.concurrent.ExecutionException.class, reading::get))
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(server.closed()).hasSize(1);
    }

    @Test
    void anInterruptEndsAPauseBetweenRetries() throws Exception {
        server.whenSearching(search -> StubElasticsearch.Fault.status(503, ""));
        Patience slow = new Patience(Duration.ofHours(1), Duration.ofHours(1), Duration.ofDays(1), 3);
        FutureTask<List<String>> reading = new FutureTask<>(() -> readAll(server, paging(1, slow)));
        Thread thread = new Thread(reading, "reader");
        thread.start();
        server.awaitAnswers(1);
        thread.interrupt();
        thread.join();
        assertThat(catchThrowableOfType(java.util.concurrent.ExecutionException.class, reading::get))
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(server.closed()).hasSize(1);
    }

    @Test
    void closingWithTheFlagSetClosesThePointInTimeAndKeepsTheFlag() throws Exception {
        try (ElasticsearchSource source = StubSource.open(server, paging(1, PATIENT))) {
            Snapshot snapshot = source.freeze();
            Thread.currentThread().interrupt();
            snapshot.close();
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(server.closed()).hasSize(1);
    }
}
