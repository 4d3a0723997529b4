package io.spillway.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.catalog.Catalog;
import io.spillway.catalog.DatasetStatus;
import io.spillway.catalog.SiteStatus;
import io.spillway.destination.Destination;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.publish.DraftMaker;
import io.spillway.support.PublishedDumps;
import io.spillway.support.SteppedDestination;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatusFileTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Clock NOW = Clock.fixed(Instant.parse("2026-11-21T04:00:00Z"), ZoneOffset.UTC);

    @TempDir
    private Path root;

    private LocalDirectory directory;
    private StatusFile status;

    @BeforeEach
    void open() throws Exception {
        directory = LocalDirectory.open(root);
        status = new StatusFile(directory, "journals", NOW);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private JsonNode written() throws IOException {
        return JSON.readTree(Files.readAllBytes(root.resolve("journals/status.json")));
    }

    private static SpillwayException failure(Fault fault, String message) {
        return new SpillwayException(fault, message, "a hint");
    }

    @Test
    void aPublishedDumpIsTheLastGoodOne() throws Exception {
        status.published(new DraftMaker().manifest());
        assertThat(written()).isEqualTo(JSON.readTree("""
                {
                  "dataset": "journals",
                  "last_attempt": {"at": "2026-11-21T04:00:00Z", "outcome": "published", "exit_code": 0},
                  "last_good": {
                    "dump": "journals/2026-11-21T030000Z",
                    "taken_at": "2026-11-21T03:00:00Z",
                    "documents": 100,
                    "bytes": 1100
                  }
                }
                """));
    }

    @Test
    void aLatePublisherDoesNotHideTheNewerDumpOfAnother() throws Exception {
        Manifest newer = new PublishedDumps().publish(root, "journals", Instant.parse("2026-11-21T03:30:00Z"), 1);
        status.published(new DraftMaker().manifest());
        assertThat(written().at("/last_good/dump").textValue()).isEqualTo(newer.dump());
    }

    @Test
    void aRefusalHasItsMeaningAndTheRemainingDump() throws Exception {
        new PublishedDumps().publish(root, "journals", Instant.parse("2026-11-14T03:00:00Z"), 1);
        status.failed(failure(Fault.GATE, "documents fell from 100 to 51"));
        assertThat(written().path("last_attempt")).isEqualTo(JSON.readTree("""
                {
                  "at": "2026-11-21T04:00:00Z",
                  "outcome": "refused",
                  "exit_code": 31,
                  "fault": "GATE",
                  "reason": "%s"
                }
                """.formatted(Fault.GATE.meaning())));
        assertThat(written().at("/last_good/dump").textValue()).isEqualTo("journals/2026-11-14T030000Z");
    }

    @Test
    void withoutAnyDumpThereIsNoLastGoodOne() throws Exception {
        status.failed(failure(Fault.SNAPSHOT_LOST, "gone"));
        assertThat(written().has("last_good")).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aStopByTheGateOrThePolicyIsARefusalAndAnyOtherIsAFailure(Fault fault) throws Exception {
        status.failed(failure(fault, "reasons"));
        if (fault == Fault.ALREADY_RUNNING) {
            assertThat(root.resolve("journals")).doesNotExist();
            return;
        }
        boolean refusal = fault == Fault.GATE || fault == Fault.FIELD_POLICY;
        assertThat(written().at("/last_attempt/outcome").textValue()).isEqualTo(refusal ? "refused" : "failed");
        assertThat(written().at("/last_attempt/exit_code").intValue()).isEqualTo(fault.exitCode());
    }

    @Test
    void aCancelledAttemptIsRecordedEvenIfTheThreadIsInterrupted() throws Exception {
        Thread.currentThread().interrupt();
        status.failed(new InterruptedException("while reading"));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(written().at("/last_attempt/exit_code").intValue()).isEqualTo(130);
        status.failed(new CancellationException());
        assertThat(written().at("/last_attempt/fault").textValue()).isEqualTo("CANCELLED");
    }

    @Test
    void forABugOnlyTheKindIsPublished() throws Exception {
        status.failed(new IllegalStateException("a document's own words"));
        assertThat(written().at("/last_attempt/exit_code").intValue()).isEqualTo(1);
        assertThat(written().at("/last_attempt/reason").textValue())
                .isEqualTo("internal error; see the log for details");
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, names = "ALREADY_RUNNING", mode = EnumSource.Mode.EXCLUDE)
    void nothingQuotedInAMessageIsPublished(Fault fault) throws Exception {
        SpillwayException quoting = failure(
                fault,
                "jane@example.org has {\"term\":{\"tenant\":\"acme\"}} at http://10.1.2.3:9200 in /srv/private/dumps");
        status.failed(quoting);
        assertThat(written().at("/last_attempt/reason").textValue()).isEqualTo(fault.meaning());
        status.partialElsewhere(quoting);
        assertThat(written().at("/last_attempt/reason").textValue()).isEqualTo(fault.meaning());
        status.partial(quoting, null);
        assertThat(written().toString()).doesNotContain("jane", "acme", "10.1.2.3", "/srv");
    }

    @Test
    void anOutcomeThatAnOlderVersionWroteIsReadAsPartial() throws Exception {
        Files.writeString(Files.createDirectories(root.resolve("journals")).resolve("status.json"), """
                {"dataset":"journals","last_attempt":{"at":"2026-11-21T04:00:00Z","outcome":"partly","exit_code":20,
                "fault":"DESTINATION_UNAVAILABLE","reason":
                "the newest dump is whole here, but not everywhere yet; the log says what is missing where"}}
                """);
        status.withdrawn();
        assertThat(written().at("/last_attempt/outcome").textValue()).isEqualTo("partial");
        assertThat(written().at("/last_attempt/reason").textValue()).isEqualTo(DatasetStatus.ELSEWHERE);
    }

    @Test
    void aReasonWrittenByAnEarlierVersionIsNotRepeated() throws Exception {
        Files.writeString(Files.createDirectories(root.resolve("journals")).resolve("status.json"), """
                {"dataset":"journals","last_attempt":{"at":"2026-11-21T04:00:00Z","outcome":"failed","exit_code":12,
                "fault":"SOURCE_REFUSED","reason":"document jane@example.org is not UTF-8"}}
                """);
        SiteStatus site = SiteStatus.of(Catalog.read(directory), directory, NOW.instant());
        assertThat(new String(site.write(), StandardCharsets.UTF_8))
                .contains(Fault.SOURCE_REFUSED.meaning())
                .doesNotContain("jane");
        status.withdrawn();
        assertThat(written().toString())
                .contains(Fault.SOURCE_REFUSED.meaning())
                .doesNotContain("jane");
    }

    @Test
    void theNamesOfUndecidedFieldsAreNotPublished() throws Exception {
        status.failed(failure(Fault.FIELD_POLICY, "field internal_note is mapped, and no rule names it"));
        assertThat(written().toString()).contains("field policy").doesNotContain("internal_note");
    }

    @Test
    void aDestinationThatRejectsTheStatusHidesNothing() {
        Destination broken = new SteppedDestination(directory, (step, folder) -> {
            throw new IllegalStateException("not today");
        });
        StatusFile lost = new StatusFile(broken, "journals", NOW);
        assertThatCode(() -> lost.failed(failure(Fault.GATE, "reasons"))).doesNotThrowAnyException();
        assertThatCode(() -> lost.published(new DraftMaker().manifest())).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"theirs", "{}", "{\"dataset\":\"works\",\"last_attempt\":{\"exit_code\":0}}"})
    void aForeignFileUnderItsNameStays(String theirs) throws Exception {
        Path file = root.resolve("journals/status.json");
        Files.createDirectories(file.getParent());
        Files.writeString(file, theirs);

        status.failed(failure(Fault.GATE, "reasons"));
        status.published(new DraftMaker().manifest());

        assertThat(file).hasContent(theirs);
    }
}
