package io.spillway.source.elasticsearch;

import static io.spillway.source.elasticsearch.StubSource.IMPATIENT;
import static io.spillway.source.elasticsearch.StubSource.PATIENT;
import static io.spillway.source.elasticsearch.StubSource.paging;
import static io.spillway.support.StubElasticsearch.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.Snapshot;
import io.spillway.source.SourceField;
import io.spillway.source.SourceSurvey;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Patience;
import io.spillway.support.StubElasticsearch;
import io.spillway.support.StubElasticsearch.Call;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Freezing against a server with faults. */
@Timeout(60)
class ElasticsearchSourceTest {
    private static final StubElasticsearch.Fault BUSY = StubElasticsearch.Fault.status(
            429, error("circuit_breaking_exception", "[parent] Data too large", 429), "Retry-After: 0");

    private final StubElasticsearch server = StubElasticsearch.of(30, 3);

    @AfterEach
    void close() {
        server.close();
    }

    static Stream<Arguments> questions() {
        return Stream.of(
                question("resolve", call -> call.asksFor("/_resolve")),
                question("aliases", call -> call.asksFor("/books/_alias")),
                question("mapping", call -> call.asksFor("/books/_mapping")),
                question("settings", call -> call.asksFor("/books/_settings")),
                question("point in time", Call::opensPit),
                question("count", Call::counts));
    }

    private static Arguments question(String name, Predicate<Call> which) {
        return Arguments.of(name, which);
    }

    @Test
    void aSnapshotIsCountedOnThePointInTime() throws Exception {
        try (ElasticsearchSource source = StubSource.open(server, paging(1, PATIENT));
                Snapshot snapshot = source.freeze()) {
            assertThat(snapshot.documents()).isEqualTo(30);
            assertThat(snapshot.description().indices()).containsExactly("books");
            assertThat(snapshot.description().shards()).isEqualTo(3);
            assertThat(snapshot.description().version()).isEqualTo("8.19.21");
            assertThat(snapshot.description().fields())
                    .containsExactly(new SourceField("n", "long"), new SourceField("t", "text"));
        }
    }

    @Test
    void aSurveyOpensNoPointInTime() throws Exception {
        try (ElasticsearchSource source = StubSource.open(server, paging(1, PATIENT))) {
            SourceSurvey survey = source.survey();
            assertThat(survey.documents()).isEqualTo(30);
            assertThat(survey.sampleDocuments()).isEqualTo(30);
        }
        assertThat(server.opened()).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("questions")
    void aTemporarilyBusyServerIsRetried(String name, Predicate<Call> which) throws Exception {
        server.on(which, 2, BUSY);
        try (ElasticsearchSource source = StubSource.open(server, paging(1, PATIENT));
                Snapshot snapshot = source.freeze()) {
            assertThat(snapshot.documents()).isEqualTo(30);
        }
        assertThat(server.closed()).hasSize(server.opened());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("questions")
    void aConnectionThatEndsWithoutAnAnswerIsRetried(String name, Predicate<Call> which) throws Exception {
        server.on(which, 2, StubElasticsearch.Fault.hangUp());
        try (ElasticsearchSource source = StubSource.open(server, paging(1, PATIENT));
                Snapshot snapshot = source.freeze()) {
            assertThat(snapshot.documents()).isEqualTo(30);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("questions")
    void aServerThatAlwaysFailsIsUnavailable(String name, Predicate<Call> which) {
        server.on(which, 1_000_000, StubElasticsearch.Fault.status(503, "<html>", "Content-Type: text/html"));
        assertThat(failure(IMPATIENT).fault()).isEqualTo(Fault.SOURCE_UNAVAILABLE);
        assertThat(server.closed()).hasSize(server.opened());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("questions")
    void aMissingPrivilegeIsRefusedAtOnce(String name, Predicate<Call> which) {
        server.on(
                which,
                1,
                StubElasticsearch.Fault.status(403, error("security_exception", "is unauthorized for user [x]", 403)));
        SpillwayException failure = failure(PATIENT);
        assertThat(failure.fault()).isEqualTo(Fault.SOURCE_REFUSED);
        assertThat(failure).hasMessageContaining("is unauthorized for user [x]");
        assertThat(failure.hint()).contains("view_index_metadata");
        assertThat(server.closed()).hasSize(server.opened());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("questions")
    void anInterruptIsAnInterruptDuringAnyRequest(String name, Predicate<Call> which) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        server.on(
                call -> {
                    if (which.test(call)) {
                        asked.countDown();
                        return true;
                    }
                    return false;
                },
                1,
                StubElasticsearch.Fault.after(never));
        FutureTask<Snapshot> freezing = new FutureTask<>(() -> {
            try (ElasticsearchSource source = StubSource.open(server, paging(1, PATIENT))) {
                return source.freeze();
            }
        });
        Thread thread = new Thread(freezing, "freezing");
        thread.start();
        asked.await();
        thread.interrupt();
        thread.join();
        assertThat(catchThrowableOfType(ExecutionException.class, freezing::get))
                .hasCauseInstanceOf(InterruptedException.class);
        if (name.equals("count")) {
            assertThat(server.closed()).hasSize(1);
        }
    }

    @Test
    void anIncompleteCountClosesItsPointInTimeAndStartsAgain() throws Exception {
        server.on(
                Call::counts,
                1,
                StubElasticsearch.Fault.editing(answer -> answer.replace("\"failed\":0", "\"failed\":1")));
        try (ElasticsearchSource source = StubSource.open(server, paging(1, PATIENT));
                Snapshot snapshot = source.freeze()) {
            assertThat(snapshot.documents()).isEqualTo(30);
        }
        assertThat(server.opened()).isEqualTo(2);
        assertThat(server.closed()).hasSize(2);
    }

    @Test
    void aClosedIndexIsRefused() {
        server.closeIndex();
        SpillwayException failure = failure(PATIENT);
        assertThat(failure.fault()).isEqualTo(Fault.SOURCE_REFUSED);
        assertThat(failure).hasMessageContaining("closed indices: books");
    }

    @Test
    void aDataStreamIsItsBackingIndicesAtTheTimeItIsOpened() throws Exception {
        server.holdInADataStream();
        try (ElasticsearchSource source = StubSource.open(server, paging(1, PATIENT));
                Snapshot snapshot = source.freeze()) {
            assertThat(snapshot.description().indices()).containsExactly("books");
            assertThat(server.calls()).anyMatch(call -> call.target().startsWith("/books/_pit"));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("questions")
    void aRedirectIsNotFollowedAndBothUrlsAreNamed(String name, Predicate<Call> which) {
        server.on(
                which,
                1_000_000,
                StubElasticsearch.Fault.status(302, "", "Location: http://user:pw@other.example:9/login?token=secret"));

        SpillwayException failure = failure(PATIENT);

        assertThat(failure.fault()).isEqualTo(Fault.SOURCE_UNAVAILABLE);
        assertThat(failure)
                .hasMessageContaining(server.url() + " redirects to http://other.example:9/login")
                .hasMessageNotContaining("secret")
                .hasMessageNotContaining("pw@");
    }

    @Test
    void theLongestKeepAliveThatTheClusterAllowsIsUsed() throws Exception {
        server.on(
                call -> call.opensPit() && call.target().contains("keep_alive=300s"),
                1,
                StubElasticsearch.Fault.status(
                        400,
                        error(
                                "illegal_argument_exception",
                                "Keep alive for request (5m) is too large. It must be less than (1.5m).",
                                400)));
        try (ElasticsearchSource source = StubSource.open(server, paging(1, PATIENT));
                Snapshot snapshot = source.freeze()) {
            assertThat(snapshot.documents()).isEqualTo(30);
        }
        assertThat(server.calls())
                .anyMatch(call -> call.opensPit() && call.target().contains("keep_alive=90s"))
                .anyMatch(call -> call.counts() && call.body().contains("\"keep_alive\":\"90s\""));
    }

    @Test
    void anIndexRecreatedWhileItsPointInTimeIsOpenedIsFrozenAgain() throws Exception {
        server.on(
                call -> call.asksFor("/books/_settings"),
                1,
                StubElasticsearch.Fault.editing(
                        answer -> answer.replace("\"settings\":{", "\"settings\":{\"index.uuid\":\"before\",")));
        try (ElasticsearchSource source = StubSource.open(server, paging(1, PATIENT));
                Snapshot snapshot = source.freeze()) {
            assertThat(snapshot.documents()).isEqualTo(30);
        }
        assertThat(server.opened()).isEqualTo(2);
        assertThat(server.closed()).hasSize(2);
    }

    @Test
    void anIndexWithSemanticTextIsRefusedUntilTheScheduleAllowsRebuiltDocuments() throws Exception {
        server.on(
                call -> call.asksFor("/books/_mapping"),
                1_000,
                StubElasticsearch.Fault.editing(answer ->
                        answer.replace("\"type\":\"text\"", "\"type\":\"semantic_text\",\"inference_id\":\"m\"")));

        SpillwayException failure = failure(PATIENT);
        assertThat(failure.fault()).isEqualTo(Fault.SOURCE_REFUSED);
        assertThat(failure)
                .hasMessageContaining("keeps what a model computes from a text")
                .hasMessageContaining("t (semantic_text)");
        assertThat(server.closed())
                .hasSameSizeAs(server.calls().stream().filter(Call::opensPit).toList());

        try (ElasticsearchSource source = ElasticsearchSource.open(new ElasticsearchOptions(
                        server.url(),
                        new ElasticsearchOptions.Anonymous(),
                        new ElasticsearchOptions.Trust(null, null),
                        StubElasticsearch.INDEX,
                        null,
                        new ElasticsearchOptions.Copies(null, null),
                        ElasticsearchOptions.Vectors.REBUILT,
                        paging(1, PATIENT),
                        ElasticsearchOptions.Route.DIRECT));
                Snapshot snapshot = source.freeze()) {
            assertThat(snapshot.description().reading().vectorsRebuilt()).isTrue();
        }
        assertThat(server.calls())
                .as("a server that knows no vectors apart from documents is not asked for them")
                .noneMatch(call -> call.body().contains("exclude_vectors"));
    }

    private SpillwayException failure(Patience patience) {
        return catchThrowableOfType(SpillwayException.class, () -> {
            try (ElasticsearchSource source = StubSource.open(server, paging(1, patience));
                    Snapshot snapshot = source.freeze()) {
                assertThat(snapshot).isNull();
            }
        });
    }
}
