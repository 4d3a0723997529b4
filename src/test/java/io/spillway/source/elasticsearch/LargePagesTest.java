package io.spillway.source.elasticsearch;

import static io.spillway.source.elasticsearch.StubSource.PATIENT;
import static io.spillway.source.elasticsearch.StubSource.paging;
import static io.spillway.source.elasticsearch.StubSource.readAll;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.source.PageReader;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.support.StubElasticsearch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages and documents that are too large for the server, for a proxy or for the memory of this process. */
@Timeout(120)
@Tag("slow")
class LargePagesTest extends PagerFixture {
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
}
