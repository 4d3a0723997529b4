package io.spillway.source.elasticsearch;

import static io.spillway.source.elasticsearch.StubSource.IMPATIENT;
import static io.spillway.source.elasticsearch.StubSource.PATIENT;
import static io.spillway.source.elasticsearch.StubSource.SMALL_PAGES;
import static io.spillway.source.elasticsearch.StubSource.paging;
import static io.spillway.source.elasticsearch.StubSource.readAll;
import static io.spillway.support.StubElasticsearch.error;
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
import io.spillway.support.StubElasticsearch;
import io.spillway.support.StubElasticsearch.Call;
import io.spillway.support.StubElasticsearch.Search;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages of a slice, one after the other and ahead of their use, under a point in time that is opened and closed once. */
@Timeout(120)
@Tag("slow")
class SlicePagerTest extends PagerFixture {
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
}
