package io.spillway.source.elasticsearch;

import static io.spillway.source.elasticsearch.StubSource.IMPATIENT;
import static io.spillway.source.elasticsearch.StubSource.PATIENT;
import static io.spillway.source.elasticsearch.StubSource.SMALL_PAGES;
import static io.spillway.source.elasticsearch.StubSource.paging;
import static io.spillway.source.elasticsearch.StubSource.readAll;
import static io.spillway.support.StubElasticsearch.error;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.source.Page;
import io.spillway.source.PageReader;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.source.elasticsearch.ElasticsearchOptions.NotUtf8;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Paging;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Patience;
import io.spillway.support.StubElasticsearch;
import io.spillway.support.StubElasticsearch.Call;
import io.spillway.support.StubElasticsearch.Framing;
import io.spillway.support.StubElasticsearch.Search;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every way in which a page can fail: afterwards each document is there once, or the run has failed with the reason.
 */
@Timeout(120)
@Tag("slow")
class SlicePagerTest {
    private static final int SHARDS = 3;
    private static final String SHARDS_OK = "\"successful\":3,\"skipped\":0,\"failed\":0";
    private static final String GONE =
            "\"failures\":[{\"shard\":1,\"index\":\"books\",\"node\":\"n\",\"reason\":{\"type\":\"node_disconnected_exception\",\"reason\":\"[n][10.0.0.2:9300]"
                    + " disconnected\"}}]";
    private static final String BREAKER = error(
            "circuit_breaking_exception", "[parent] Data too large, data for [<http_request>] would be [1gb]", 429);
    private static final String REJECTED = error("es_rejected_execution_exception", "rejected execution", 429);
    private static final String UNREADABLE =
            error("not_x_content_exception", "Compressor detection can only be called on some xcontent bytes", 500);

    /** Pages as long as the index allows. */
    private static final Paging FULL_PAGES =
            new Paging(1, 1, 1 << 20, Duration.ofMinutes(1), 1.0, NotUtf8.STOP, PATIENT);

    private StubElasticsearch server = StubElasticsearch.of(300, SHARDS);

    @AfterEach
    void close() {
        server.close();
    }

    // Paging

    @ParameterizedTest(name = "{0} slices")
    @ValueSource(ints = {1, 2, 7})
    void everyDocumentIsReadOnceFromAnyNumberOfSlices(int slices) throws Exception {
        assertThat(readAll(server, paging(slices, PATIENT))).containsExactlyInAnyOrderElementsOf(server.documents());
        assertThat(server.searches()).extracting(Search::slices).containsOnly(slices);
    }

    @Test
    void everyDocumentIsReadOnceIfSlicesAreReadConcurrently() throws Exception {
        ExecutorService lanes = Executors.newFixedThreadPool(7);
        try (ElasticsearchSource source = StubSource.open(server, paging(7, PATIENT));
                Snapshot snapshot = source.freeze()) {
            List<Future<List<String>>> results = new ArrayList<>();
            for (Slice slice : snapshot.slices()) {
                results.add(lanes.submit(() -> readSlice(snapshot, slice)));
            }
            List<String> documents = new ArrayList<>();
            for (Future<List<String>> result : results) {
                documents.addAll(result.get());
            }
            assertThat(documents).containsExactlyInAnyOrderElementsOf(server.documents());
        } finally {
            lanes.shutdownNow();
        }
    }

    @Test
    void anEmptyIndexIsOneEmptyPage() throws Exception {
        replaceServer(StubElasticsearch.of(0, 1));
        assertThat(readAll(server, paging(1, PATIENT))).isEmpty();
    }

    @Test
    void bothSortValuesAreSentBackAsReceived() throws Exception {
        server.window(7);
        readAll(server, paging(1, PATIENT));
        List<Search> searches = server.searches();
        assertThat(searches.get(0).searchAfter()).isEmpty();
        // The seventh document: number 6, the third of shard 0.
        assertThat(searches.get(1).searchAfter()).isEqualTo("[2,2]");
        // The fourteenth: number 13, the fifth of shard 1.
        assertThat(searches.get(2).searchAfter()).isEqualTo("[4," + ((1L << 32) + 4) + "]");
    }

    @Test
    void noPageRequestsMoreThanTheIndexAllows() throws Exception {
        server.window(7);
        assertThat(readAll(server, paging(1, PATIENT))).isEqualTo(server.documents());
        assertThat(server.searches()).extracting(Search::size).containsOnly(7);
    }

    @Test
    void pagesHaveTheTargetBytes() throws Exception {
        readAll(server, paging(1, PATIENT));
        List<Integer> sizes = server.searches().stream().map(Search::size).toList();
        assertThat(sizes.get(0)).isEqualTo(100);
        assertThat(sizes.get(sizes.size() - 1)).isBetween(5, 40);
    }

    @Test
    void aShortPageIsNotTheEnd() throws Exception {
        server.limitHits(search -> search.page() == 2 ? 1 : search.size());
        assertThat(readAll(server, paging(1, PATIENT))).isEqualTo(server.documents());
    }

    @Test
    void onlyAnEmptyPageEndsASlice() throws Exception {
        readAll(server, paging(1, PATIENT));
        List<Search> searches = server.searches();
        assertThat(searches.get(searches.size() - 1).searchAfter()).isEqualTo("[99," + ((2L << 32) + 99) + "]");
    }

    @Test
    void aServerThatRepeatsAPageIsRefused() throws Exception {
        AtomicReference<String> older = new AtomicReference<>();
        server.whenSearching(search -> switch (search.page()) {
            case 1 -> null;
            case 2 ->
                StubElasticsearch.Fault.editing(answer -> {
                    older.set(answer);
                    return answer;
                });
            default -> StubElasticsearch.Fault.editing(answer -> older.get());
        });
        SpillwayException failure = failure(paging(1, PATIENT));
        assertThat(failure.fault()).isEqualTo(Fault.INTEGRITY);
        assertThat(failure).hasMessageContaining("repeated or mixed pages");
        assertThat(server.closed()).hasSize(1);
    }

    @Test
    void sortValuesThatAreNotNumbersAreRefusedOnTheFirstPage() {
        server.onPage(
                1,
                StubElasticsearch.Fault.editing(
                        answer -> answer.replaceAll("\"sort\":\\[[^]]*]", "\"sort\":[\"a\",1]")));
        assertThat(failure(paging(1, IMPATIENT)).fault()).isEqualTo(Fault.INTEGRITY);
    }

    // The point in time

    @Test
    void theNewestIdIsUsedByTheNextRequestOfEverySlice() throws Exception {
        server.renewPits();
        server.window(7);
        List<String> documents = new ArrayList<>();
        try (ElasticsearchSource source = StubSource.open(server, paging(3, PATIENT));
                Snapshot snapshot = source.freeze()) {
            List<PageReader> readers = new ArrayList<>();
            for (Slice slice : snapshot.slices()) {
                readers.add(snapshot.read(slice, new StageClock(), new Progress()));
            }
            boolean more = true;
            while (more) {
                more = false;
                for (PageReader reader : readers) {
                    Optional<Page> page = reader.next();
                    page.ifPresent(p -> documents.addAll(StubSource.lines(p)));
                    more |= page.isPresent();
                }
            }
        }
        assertThat(documents).containsExactlyInAnyOrderElementsOf(server.documents());
        List<String> ids = server.searches().stream().map(Search::pitId).toList();
        assertThat(ids).hasSizeGreaterThan(10).doesNotHaveDuplicates();
        // One answer after the last search: its id is the one to close.
        assertThat(server.closed()).containsExactly("pit-" + (ids.size() + 2));
    }

    @Test
    void aPageWithoutAPointInTimeIsRequestedAgain() throws Exception {
        server.onPage(2, StubElasticsearch.Fault.editing(answer -> answer.replaceFirst("\"pit_id\":\"[^\"]*\",", "")));
        assertThat(readAll(server, paging(1, PATIENT))).isEqualTo(server.documents());
    }

    @Test
    void aPageOfAnotherPointInTimeIsRequestedAgainAndItsIdIsNotUsed() throws Exception {
        String own = pitId(1);
        server.namePits(n -> own);
        server.onPage(2, StubElasticsearch.Fault.editing(answer -> answer.replace(own, pitId(2))));
        assertThat(readAll(server, paging(1, PATIENT))).isEqualTo(server.documents());
        assertThat(server.searches()).extracting(Search::pitId).containsOnly(own);
    }

    /** One search context, as in the ids of Elasticsearch. */
    private static String pitId(int context) {
        String bytes = "\0".repeat(7) + (char) context + "\u0016" + "pKfxjf84R12sI64qKB5s9g";
        return Base64.getUrlEncoder().encodeToString(bytes.getBytes(UTF_8));
    }

    @Test
    void anIdOfMegabytesWorksAndIsInNoUrl() throws Exception {
        String id = "QUJDRA==".repeat(625_000);
        server.namePits(n -> id);
        assertThat(readAll(server, paging(1, PATIENT))).isEqualTo(server.documents());
        assertThat(server.closed()).containsExactly(id);
        assertThat(server.calls())
                .extracting(Call::target)
                .allSatisfy(target -> assertThat(target).hasSizeLessThan(200));
    }

    /** If the id counted as documents, each page would be shorter than the last, down to one document. */
    @Test
    void anIdOfMegabytesDoesNotShortenPages() throws Exception {
        String id = "QUJDRA==".repeat(625_000);
        server.namePits(n -> id);
        Paging paging = new Paging(1, 1, Paging.PAGE_BYTES, Duration.ofMinutes(1), 1.0, NotUtf8.STOP, PATIENT);
        assertThat(readAll(server, paging)).isEqualTo(server.documents());
        assertThat(server.searches()).extracting(Search::size).allMatch(size -> size >= 100);
    }

    @Test
    void itIsClosedOnceAfterSuccess() throws Exception {
        readAll(server, paging(2, PATIENT));
        assertThat(server.opened()).isEqualTo(1);
        assertThat(server.closed()).hasSize(1);
    }

    @Test
    void itIsClosedOnceHoweverOftenTheSnapshotIsClosed() throws Exception {
        try (ElasticsearchSource source = StubSource.open(server, paging(1, PATIENT))) {
            Snapshot snapshot = source.freeze();
            snapshot.close();
            snapshot.close();
        }
        assertThat(server.closed()).hasSize(1);
    }

    @Test
    void aFailedCloseFailsNothing() throws Exception {
        server.on(Call::closesPit, 1, StubElasticsearch.Fault.status(500, error("exception", "no", 500)));
        assertThat(readAll(server, paging(1, PATIENT))).isEqualTo(server.documents());
        assertThat(server.closed()).hasSize(1);
    }

    @Test
    void aCloseWithoutAnAnswerFailsNothing() throws Exception {
        server.on(Call::closesPit, 1, StubElasticsearch.Fault.hangUp());
        assertThat(readAll(server, paging(1, PATIENT))).isEqualTo(server.documents());
    }

    @Test
    void aMissingPointInTimeIsALostSnapshot() {
        server.onPage(3, StubElasticsearch.Fault.status(404, StubElasticsearch.CONTEXT_MISSING));
        SpillwayException failure = failure(paging(1, PATIENT));
        assertThat(failure.fault()).isEqualTo(Fault.SNAPSHOT_LOST);
        assertThat(failure).hasMessageContaining("No search context found");
        assertThat(server.closed()).hasSize(1);
    }

    // Answers that must not be used

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

    // Too large

    @Test
    void aPageIsShortenedUntilTheCircuitBreakerAllowsIt() throws Exception {
        server.whenSearching(search -> search.size() > 40 ? StubElasticsearch.Fault.status(429, BREAKER) : null);
        assertThat(readAll(server, paging(1, PATIENT))).isEqualTo(server.documents());
        assertThat(server.searches().get(1).size()).isEqualTo(50);
    }

    @Test
    void aPageTooLargeForAProxyIsShortened() throws Exception {
        server.onPage(1, StubElasticsearch.Fault.status(413, "<html>", "Content-Type: text/html"));
        assertThat(readAll(server, paging(1, PATIENT))).isEqualTo(server.documents());
        assertThat(server.searches().get(1).size()).isEqualTo(50);
    }

    @ParameterizedTest(name = "endless {0}")
    @ValueSource(booleans = {true, false})
    void aBodyAboveTheLimitShortensThePage(boolean endless) throws Exception {
        StubElasticsearch.Fault tooLong =
                endless ? StubElasticsearch.Fault.endless() : StubElasticsearch.Fault.announcing(1L << 40);
        server.whenSearching(search -> search.slice() == 0 && search.size() > 30 ? tooLong : null);
        try (ElasticsearchSource source = StubSource.open(server, manyLanes(PATIENT));
                Snapshot snapshot = source.freeze()) {
            List<String> documents = new ArrayList<>();
            for (Slice slice : snapshot.slices()) {
                documents.addAll(readSlice(snapshot, slice));
            }
            assertThat(documents).containsExactlyInAnyOrderElementsOf(server.documents());
        }
    }

    @Test
    void aDocumentAboveEveryLimitIsNamed() {
        server.whenSearching(
                search -> server.wouldReturn(search, 123) ? StubElasticsearch.Fault.announcing(1L << 40) : null);
        SpillwayException failure = failure(paging(1, PATIENT));
        assertThat(failure.fault()).isEqualTo(Fault.SOURCE_REFUSED);
        assertThat(failure).hasMessageContaining("\"d123\"").hasMessageContaining("\"books\"");
        assertThat(server.closed()).hasSize(1);
    }

    /** Documents above the share of a lane and below the limit for one at a time: each reader gets its turn. */
    @Test
    void largeDocumentsAreReadAloneByOneReaderAtATime() throws Exception {
        int large = ElasticsearchSnapshot.answerLimit(Runtime.getRuntime().maxMemory(), 64) + (1 << 20);
        List<byte[]> sources = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            sources.add(
                    ("{\"n\":" + i + (i % 3 == 0 ? ",\"t\":\"" + "x".repeat(large) + "\"" : "") + "}").getBytes(UTF_8));
        }
        replaceServer(new StubElasticsearch(sources, 1));
        ExecutorService lanes = Executors.newFixedThreadPool(8);
        try (ElasticsearchSource source = StubSource.open(server, manyLanes(PATIENT));
                Snapshot snapshot = source.freeze()) {
            List<Future<List<Integer>>> results = new ArrayList<>();
            for (Slice slice : snapshot.slices()) {
                results.add(lanes.submit(() ->
                        readSlice(snapshot, slice).stream().map(String::length).toList()));
            }
            List<Integer> lengths = new ArrayList<>();
            for (Future<List<Integer>> result : results) {
                lengths.addAll(result.get());
            }
            assertThat(lengths)
                    .containsExactlyInAnyOrderElementsOf(
                            sources.stream().map(s -> s.length).toList());
        } finally {
            lanes.shutdownNow();
        }
    }

    /** A reader that fails while it holds the one large page releases it. */
    @Test
    void aFailedReaderReleasesTheLargePage() throws Exception {
        server.whenSearching(search ->
                server.wouldReturn(search, 123) || (search.slice() == 1 && search.size() > 1 && search.page() < 9)
                        ? StubElasticsearch.Fault.announcing(1L << 40)
                        : null);
        try (ElasticsearchSource source = StubSource.open(server, paging(3, PATIENT));
                Snapshot snapshot = source.freeze()) {
            for (int round = 0; round < 3; round++) {
                try (PageReader reader = snapshot.read(new Slice(0, 3), new StageClock(), new Progress())) {
                    SpillwayException failure = catchThrowableOfType(SpillwayException.class, () -> drain(reader));
                    assertThat(failure).hasMessageContaining("\"d123\"");
                }
            }
            assertThat(((ElasticsearchSnapshot) snapshot).largePages().availablePermits())
                    .isEqualTo(1);
        }
    }

    @Test
    void aReaderClosedInTheMiddleOfALargePageReleasesItOnce() throws Exception {
        AtomicReference<Integer> tries = new AtomicReference<>(0);
        server.whenSearching(search -> search.size() > 1 || tries.getAndUpdate(n -> n + 1) == 0
                ? StubElasticsearch.Fault.announcing(1L << 40)
                : null);
        try (ElasticsearchSource source = StubSource.open(server, paging(1, PATIENT));
                ElasticsearchSnapshot snapshot = (ElasticsearchSnapshot) source.freeze()) {
            PageReader reader = snapshot.read(new Slice(0, 1), new StageClock(), new Progress());
            assertThat(reader.next()).isPresent();
            assertThat(snapshot.largePages().availablePermits()).isZero();
            reader.close();
            reader.close();
            assertThat(snapshot.largePages().availablePermits()).isEqualTo(1);
        }
    }

    // Documents that cannot be published

    @Test
    void aDocumentThatTheServerCannotReadIsFoundAndNamed() {
        server.whenSearching(
                search -> server.wouldReturn(search, 123) ? StubElasticsearch.Fault.status(500, UNREADABLE) : null);
        SpillwayException failure = failure(paging(1, IMPATIENT));
        assertThat(failure.fault()).isEqualTo(Fault.SOURCE_REFUSED);
        assertThat(failure).hasMessageContaining("document \"d123\" in index \"books\"");
    }

    @Test
    void aDocumentWithoutAReadableIdIsLocatedBySortValues() {
        server.whenSearching(
                search -> server.wouldReturn(search, 123) ? StubElasticsearch.Fault.status(500, UNREADABLE) : null);
        server.on(call -> call.body().startsWith("{\"_source\":false"), 100, StubElasticsearch.Fault.hangUp());
        assertThat(failure(paging(1, IMPATIENT)))
                .hasMessageContaining("the document after sort values [40," + ((2L << 32) + 40) + "] of slice 0 of 1");
    }

    @Test
    void aDocumentInAnotherEncodingIsNamed() {
        withDocument(123, "{\"n\":1}".getBytes(UTF_16LE));
        SpillwayException failure = failure(paging(1, PATIENT));
        assertThat(failure.fault()).isEqualTo(Fault.SOURCE_REFUSED);
        assertThat(failure).hasMessageContaining("\"d123\"").hasMessageContaining("\"books\"");
        assertThat(server.closed()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {" // no line end", "//", "/* a *///\"sort\":[1,2]}]}}", "//,\"sort\":[0,1]},{\"_id\":\"b\""})
    void aDocumentWhoseLastCommentWouldHideOthersIsReadAlone(String comment) throws Exception {
        List<byte[]> sources = new ArrayList<>(Arrays.asList(new byte[300][]));
        sources.replaceAll(nothing -> "{\"n\":1}\n".getBytes(UTF_8));
        for (int number : List.of(0, 123, 124, 299)) {
            sources.set(number, ("{\"n\":" + number + "}" + comment).getBytes(UTF_8));
        }
        replaceServer(new StubElasticsearch(sources, SHARDS));

        List<String> documents = readAll(server, paging(1, IMPATIENT));

        assertThat(documents).hasSize(300).contains("{\"n\":0}", "{\"n\":123}", "{\"n\":124}", "{\"n\":299}");
    }

    @Test
    void aStringThatIsNotUtf8StopsTheRunAndNamesTheDocument() {
        withDocument(123, notUtf8());
        SpillwayException failure = failure(paging(1, PATIENT));
        assertThat(failure.fault()).isEqualTo(Fault.SOURCE_REFUSED);
        assertThat(failure).hasMessageContaining("\"d123\"").hasMessageContaining("not UTF-8");
    }

    @Test
    void aStringThatIsNotUtf8PassesIfItMayBeReplaced() throws Exception {
        withDocument(123, notUtf8());
        Paging paging = new Paging(1, 1, SMALL_PAGES, Duration.ofMinutes(1), 1.0, NotUtf8.REPLACE, PATIENT);
        List<String> documents = readAll(server, paging);
        assertThat(documents).hasSize(300);
        assertThat(documents.get(123)).isEqualTo("{\"n\":\"\uFFFD\uFFFD\"}");
    }

    @Test
    void documentsWithoutASourceAreRefused() {
        server.onPage(
                2, StubElasticsearch.Fault.editing(answer -> answer.replaceFirst("\"_source\":[{][^}]*[}],", "")));
        SpillwayException failure = failure(paging(1, PATIENT));
        assertThat(failure.fault()).isEqualTo(Fault.SOURCE_REFUSED);
        assertThat(failure).hasMessageContaining("have no source");
    }

    @Test
    void documentsThatLookLikeTheEndOfAnAnswerAreDocuments() throws Exception {
        List<byte[]> sources = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            sources.add("{\"a\":{\"b\":[{\"sort\":[%d,1]}]},\"c\":\"\\\"sort\\\":[1,2]}]}}\"}"
                    .formatted(i)
                    .getBytes(UTF_8));
        }
        replaceServer(new StubElasticsearch(sources, 1));
        server.window(7);
        assertThat(readAll(server, paging(1, PATIENT))).isEqualTo(server.documents());
    }

    @Test
    void aMissingPrivilegeIsRefusedWithTheServersReason() {
        server.onPage(
                2,
                StubElasticsearch.Fault.status(
                        403,
                        error(
                                "security_exception",
                                "action [indices:data/read/search] is unauthorized for user [x]",
                                403)));
        SpillwayException failure = failure(paging(1, PATIENT));
        assertThat(failure.fault()).isEqualTo(Fault.SOURCE_REFUSED);
        assertThat(failure).hasMessageContaining("is unauthorized for user [x]");
        assertThat(failure.hint()).contains("read and view_index_metadata");
        assertThat(server.closed()).hasSize(1);
    }

    // Prefetching

    @Test
    void theNextPageIsRequestedWhileThisOneIsInUse() throws Exception {
        try (ElasticsearchSource source = StubSource.open(server, paging(1, PATIENT));
                Snapshot snapshot = source.freeze();
                PageReader reader = snapshot.read(new Slice(0, 1), new StageClock(), new Progress())) {
            assertThat(reader.next()).isPresent();
            server.awaitSearches(2);
            assertThat(server.searches().get(1).searchAfter()).isEqualTo("[33," + 33 + "]");
        }
    }

    /** Two buffers alternate: a prefetched page goes into the other one, after faults too. */
    @Test
    void aPageIsUnchangedWhileTheNextOneArrives() throws Exception {
        server.window(20);
        server.whenSearching(search -> search.attempt() == 1 && search.page() % 4 == 3
                ? edit("\"timed_out\":false", "\"timed_out\":true")
                : null);
        List<String> documents = new ArrayList<>();
        try (ElasticsearchSource source = StubSource.open(server, FULL_PAGES);
                Snapshot snapshot = source.freeze();
                PageReader reader = snapshot.read(new Slice(0, 1), new StageClock(), new Progress())) {
            for (Optional<Page> page = reader.next(); page.isPresent(); page = reader.next()) {
                List<String> before = StubSource.lines(page.get());
                server.awaitAnswers(documents.size() / 20 + 2);
                assertThat(StubSource.lines(page.get())).isEqualTo(before);
                documents.addAll(before);
            }
        }
        assertThat(documents).isEqualTo(server.documents());
    }

    @Test
    void thePrefetchedPageIsDroppedIfThisOneFailsItsChecks() throws Exception {
        server.window(20);
        server.onPage(1, edit(SHARDS_OK, "\"successful\":2,\"skipped\":0,\"failed\":1"));
        server.limitHits(search -> search.page() == 1 && search.attempt() == 1 ? 5 : search.size());
        assertThat(readAll(server, FULL_PAGES)).isEqualTo(server.documents());
        assertThat(server.searches().stream()
                        .filter(search -> search.searchAfter().isEmpty()))
                .hasSize(2);
    }

    /** Each search keeps this server busy for a time that is measured here. It must be idle for half of the time. */
    @Test
    void aRestBeforeEachRequestKeepsTheShareOfTheTime() throws Exception {
        server.window(20);
        List<Long> cycles = Collections.synchronizedList(new ArrayList<>());
        server.whenSearching(search -> {
            long begun = System.nanoTime();
            cycles.add(begun);
            LockSupport.parkNanos(Duration.ofMillis(3).toNanos());
            cycles.add(System.nanoTime() - begun);
            return null;
        });
        Paging paging = new Paging(1, 1, SMALL_PAGES, Duration.ofMinutes(1), 0.5, NotUtf8.STOP, PATIENT);
        assertThat(readAll(server, paging)).isEqualTo(server.documents());
        assertThat(cycles).hasSizeGreaterThan(6);
        for (int i = 2; i < cycles.size(); i += 2) {
            long busy = cycles.get(i - 1);
            assertThat(cycles.get(i) - cycles.get(i - 2))
                    .as("request %d", i / 2)
                    .isGreaterThanOrEqualTo(2 * busy);
        }
    }

    @Test
    void aRestingRequestIsNeverSentOnceItsReaderIsClosed() throws Exception {
        Paging paging = new Paging(1, 1, SMALL_PAGES, Duration.ofMinutes(1), 1e-6, NotUtf8.STOP, PATIENT);
        Progress progress = new Progress();
        try (ElasticsearchSource source = StubSource.open(server, paging);
                Snapshot snapshot = source.freeze();
                PageReader reader = snapshot.read(new Slice(0, 1), new StageClock(), progress)) {
            assertThat(reader.next()).isPresent();
        }
        assertThat(server.searches()).hasSize(1);
        assertThat(progress.now().requests()).isEqualTo(1);
    }

    @Test
    void anInterruptEndsARest() throws Exception {
        Paging paging = new Paging(1, 1, SMALL_PAGES, Duration.ofMinutes(1), 1e-6, NotUtf8.STOP, PATIENT);
        FutureTask<List<String>> reading = new FutureTask<>(() -> readAll(server, paging));
        Thread thread = new Thread(reading, "reader");
        thread.start();
        server.awaitAnswers(1);
        thread.interrupt();
        thread.join();
        assertThat(catchThrowableOfType(java.util.concurrent.ExecutionException.class, reading::get))
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(server.searches()).hasSize(1);
    }

    @Test
    void requestsAndRetriesAreCounted() throws Exception {
        server.window(100);
        server.onPage(2, StubElasticsearch.Fault.status(429, REJECTED, "Retry-After: 0"));
        Progress progress = new Progress();
        readAll(server, FULL_PAGES, progress);
        assertThat(progress.now().requests())
                .isEqualTo(5)
                .isEqualTo(server.searches().size());
        assertThat(progress.now().retries()).isEqualTo(1);
    }

    // Cancelling

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

    private SpillwayException failure(Paging paging) {
        return catchThrowableOfType(SpillwayException.class, () -> readAll(server, paging));
    }

    private static List<String> readSlice(Snapshot snapshot, Slice slice) throws Exception {
        try (PageReader reader = snapshot.read(slice, new StageClock(), new Progress())) {
            return drain(reader);
        }
    }

    private static List<String> drain(PageReader reader) throws SpillwayException, InterruptedException {
        List<String> documents = new ArrayList<>();
        for (Optional<Page> page = reader.next(); page.isPresent(); page = reader.next()) {
            documents.addAll(StubSource.lines(page.get()));
        }
        return documents;
    }

    /** As many lanes as allowed: then the memory for each answer is smallest. */
    private static Paging manyLanes(Patience patience) {
        return new Paging(64, 64, 1 << 20, Duration.ofMinutes(1), 1.0, NotUtf8.STOP, patience);
    }

    private static StubElasticsearch.Fault edit(String was, String is) {
        return StubElasticsearch.Fault.editing(answer -> answer.replace(was, is));
    }

    private static StubElasticsearch.Fault goneShard() {
        return edit(SHARDS_OK, "\"successful\":2,\"skipped\":0,\"failed\":1," + GONE);
    }

    private static byte[] notUtf8() {
        ByteArrayOutputStream source = new ByteArrayOutputStream();
        source.writeBytes("{\"n\":\"".getBytes(UTF_8));
        source.writeBytes(HexFormat.of().parseHex("C0A2"));
        source.writeBytes("\"}".getBytes(UTF_8));
        return source.toByteArray();
    }

    private void withDocument(int number, byte[] source) {
        List<byte[]> sources = new ArrayList<>(Arrays.asList(new byte[300][]));
        sources.replaceAll(nothing -> "{\"n\":1}\n".getBytes(UTF_8));
        sources.set(number, source);
        replaceServer(new StubElasticsearch(sources, SHARDS));
    }

    private void replaceServer(StubElasticsearch other) {
        server.close();
        server = other;
    }
}
