package io.spillway.destination.archive;

import static io.spillway.destination.DestinationContract.assertRefused;
import static io.spillway.destination.DestinationContract.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.spillway.destination.archive.ArchiveOptions.Patience;
import io.spillway.destination.archive.StubArchive.Call;
import io.spillway.destination.archive.StubArchive.Reply;
import io.spillway.destination.archive.StubExchange.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a dump gets into an item, and what becomes of it when something goes wrong on the way. */
@Timeout(120)
class PlacementTest {
    private static final String STEM = "journals-2026-11-21T030000Z.";
    private static final List<String> ORDER = List.of(
            "README.md", STEM + "00001.jsonl.gz", STEM + "00002.jsonl.gz", "SHA256SUMS", "urls.txt", "manifest.json");

    @TempDir
    private Path temporary;

    private ArchiveFixture archive;
    private Path folder;

    @BeforeEach
    void start() throws IOException {
        archive = new ArchiveFixture(temporary);
        folder = Files.createDirectory(temporary.resolve("dump"));
        for (String name : ORDER) {
            Files.writeString(folder.resolve(name), (name + "\n").repeat(2_000));
        }
    }

    @AfterEach
    void stop() {
        archive.close();
    }

    @Test
    void theReadmeGoesFirstAndTheManifestLast() throws Exception {
        place();
        assertThat(names()).isEqualTo(ORDER);
    }

    @Test
    void theManifestIsSentWhenEverythingElseShows() throws Exception {
        archive.stub.showAfter(3);
        place();

        List<String> steps = archive.stub.calls().stream().map(Call::toString).toList();
        assertThat(steps)
                .containsSubsequence("get record", "get check_limit", "put README.md", "put urls.txt", "get record")
                .containsSubsequence("put urls.txt", "get record", "get record", "get record", "put manifest.json")
                .endsWith("put manifest.json", "get record", "get record", "get record");
    }

    @Test
    void anUploadIsWhatTheArchivesOwnClientSends() throws Exception {
        place();

        Call readme =
                archive.stub.calls().stream().filter(Call::puts).findFirst().orElseThrow();
        Map<String, String> sent = new LinkedHashMap<>(readme.headers());
        sent.keySet().removeIf(name -> name.startsWith("x-archive-meta"));
        sent.keySet().removeAll(List.of("host", "user-agent", "connection"));
        long total = 0;
        for (String name : ORDER) {
            total += Files.size(folder.resolve(name));
        }
        assertThat(sent)
                .containsOnly(
                        Map.entry("authorization", "LOW testaccess:testsecret"),
                        Map.entry("content-length", String.valueOf(Files.size(folder.resolve("README.md")))),
                        Map.entry(
                                "content-md5",
                                StubArchive.hash("MD5", Files.readAllBytes(folder.resolve("README.md")))),
                        Map.entry("x-archive-auto-make-bucket", "1"),
                        Map.entry("x-archive-keep-old-version", "0"),
                        Map.entry("x-archive-queue-derive", "0"),
                        Map.entry("x-archive-size-hint", String.valueOf(total)));
        assertThat(archive.stub.item(ArchiveFixture.ITEM).metadata)
                .containsEntry("title", List.of("Journals of Café ☃, 2026-11-21"))
                .containsEntry("subject", List.of("dump", "open data"))
                .containsEntry("dump", List.of("journals/2026-11-21T030000Z"));
    }

    @Test
    void everyUploadCarriesTheMetadataSinceAnyMayMakeTheItem() throws Exception {
        place();
        assertThat(archive.stub.calls())
                .filteredOn(Call::puts)
                .allMatch(call -> call.header("x-archive-meta00-dump").equals("journals/2026-11-21T030000Z"));
    }

    @Test
    void whatIsThereAndEqualIsNotSentAgain() throws Exception {
        place();
        int calls = archive.stub.calls().size();
        place();

        assertThat(names()).isEqualTo(ORDER);
        assertThat(archive.stub.calls().subList(calls, archive.stub.calls().size()))
                .singleElement()
                .matches(Call::readsRecord);
    }

    @Test
    void nothingIsSentWhereOneNameHoldsAnotherFile() throws Exception {
        archive.open().store(folder.resolve("SHA256SUMS"), ArchiveFixture.DUMP.child("urls.txt"));

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(this::place)
                .withMessageContaining("urls.txt")
                .withMessageContaining(ArchiveFixture.ITEM)
                .satisfies(e -> assertThat(e.fault()).isEqualTo(io.spillway.fault.Fault.DESTINATION_REFUSED));
        assertThat(names()).containsExactly("urls.txt");
    }

    @Test
    void aRunThatWasKilledWhileItsFilesWereOnTheirWayIsCompletedWithoutSendingThemAgain() throws Exception {
        archive.stub.showAfter(20);
        archive.stub.on(call -> call.puts("urls.txt"), 1, Fault.reply(Reply.error(403, "AccessDenied", "no", "x")));
        assertRefused(this::place);
        // The item itself shows, and says that work is pending.
        archive.stub.item(ArchiveFixture.ITEM).files.get("README.md").readsUntilShown = 0;

        place();

        assertThat(names()).isEqualTo(ORDER);
    }

    /** How a request fails, in every way that one can. */
    private static Fault fault(String kind) {
        return switch (kind) {
            case "refused" -> Fault.reply(Reply.error(403, "AccessDenied", "no", "x"));
            case "error" -> Fault.reply(Reply.of(500, "<html>down</html>"));
            case "overloaded" -> Fault.early(Reply.slowDown("bucket_tasks_queued"));
            case "hang-up" -> Fault.hangUp();
            case "reset" -> Fault.resetAfter(100);
            case "answer lost" -> Fault.loseAnswer();
            case "answer cut" -> Fault.cutAnswer();
            default -> throw new IllegalArgumentException(kind);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"refused", "error", "overloaded", "hang-up", "reset", "answer lost", "answer cut"})
    void afterAFaultAtAnyRequestTheNextCallCompletesTheDumpAndSendsNothingTwice(String kind) throws Exception {
        int requests = 0;
        boolean reached = true;
        for (int n = 1; reached; n++) {
            try (ArchiveFixture each = new ArchiveFixture(temporary)) {
                int[] seen = {0};
                int[] at = {n};
                each.stub.showAfter(1);
                each.stub.on(call -> ++seen[0] == at[0], 1, fault(kind));
                boolean failed = fails(each, ArchiveFixture.NONE);
                at[0] = -1;
                reached = seen[0] >= n;
                requests = n;
                if (failed) {
                    assertThat(each.stub.bytes(ArchiveFixture.ITEM, "manifest.json") != null)
                            .as("the manifest is there after a fault at request %d", n)
                            .isEqualTo(each.stub.stored().size() == ORDER.size());
                }
                each.open(ArchiveFixture.NONE).place(folder, ArchiveFixture.DUMP, "manifest.json");

                assertThat(each.stub.stored())
                        .as("after a fault at request %d", n)
                        .doesNotHaveDuplicates();
                for (String name : ORDER) {
                    assertThat(each.stub.bytes(ArchiveFixture.ITEM, name))
                            .isEqualTo(Files.readAllBytes(folder.resolve(name)));
                }
            }
        }
        assertThat(requests).isGreaterThan(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"error", "overloaded", "hang-up", "reset", "answer lost", "answer cut"})
    void aFaultThatPassesIsSurvivedAtAnyRequest(String kind) throws Exception {
        boolean reached = true;
        for (int n = 1; reached; n++) {
            try (ArchiveFixture each = new ArchiveFixture(temporary)) {
                int[] seen = {0};
                int at = n;
                each.stub.on(call -> ++seen[0] == at, 1, fault(kind));

                each.open().place(folder, ArchiveFixture.DUMP, "manifest.json");

                reached = seen[0] >= n;
                assertThat(each.stub.stored()).endsWith(ArchiveFixture.ITEM + "/manifest.json");
            }
        }
    }

    private boolean fails(ArchiveFixture each, Patience patience) {
        try {
            each.open(patience).place(folder, ArchiveFixture.DUMP, "manifest.json");
            return false;
        } catch (SpillwayException e) {
            return true;
        }
    }

    @Test
    void overloadIsWaitedForWithGrowingPausesAndTheLimitsAreAsked() throws Exception {
        archive.stub.on(call -> call.puts("urls.txt"), 4, Fault.reply(Reply.slowDown("total_tasks_queued")));
        place();

        assertThat(names()).isEqualTo(ORDER);
        assertThat(archive.stub.calls()).filteredOn(Call::asksForLimit).hasSize(1 + 4);
        List<Duration> pauses = archive.time.pauses();
        for (int i = 0; i < 4; i++) {
            assertThat(pauses.get(i)).isBetween(Duration.ofSeconds(15L << i), Duration.ofSeconds(30L << i));
        }
    }

    @Test
    void overloadThatDoesNotEndIsUnavailable() throws Exception {
        archive.stub.on(call -> call.puts("urls.txt"), Integer.MAX_VALUE, Fault.reply(Reply.slowDown("x")));

        SpillwayException e = failure(io.spillway.fault.Fault.DESTINATION_UNAVAILABLE);

        assertThat(e).hasMessageContainingAll("urls.txt", ArchiveFixture.ITEM, "503", "SlowDown", "x exceeds ration");
        assertThat(total(archive.time.pauses())).isBetween(Duration.ofHours(5), Duration.ofHours(6));
    }

    @Test
    void aRetryAfterIsHeeded() throws Exception {
        archive.stub.on(call -> call.puts("urls.txt"), 1, Fault.reply(Reply.of(429, "", "Retry-After: 1234")));
        place();
        assertThat(archive.time.pauses()).contains(Duration.ofSeconds(1234));
    }

    @Test
    void spamIsNeverTriedAgain() throws Exception {
        archive.stub.on(call -> call.puts("README.md"), Integer.MAX_VALUE, Fault.reply(Reply.spam()));

        SpillwayException e = failure(io.spillway.fault.Fault.DESTINATION_REFUSED);

        assertThat(e).hasMessageContainingAll("503", "appears to be spam");
        assertThat(e.hint()).contains("info@archive.org");
        assertThat(archive.stub.calls()).filteredOn(Call::puts).hasSize(1);
        assertThat(archive.time.pauses()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "400, InvalidBucketName",
        "403, AccessDenied",
        "403, InvalidAccessKeyId",
        "409, BucketAlreadyExists",
        "409, BucketAlreadyOwnedByYou"
    })
    void aRefusalIsNotTriedAgain(int status, String code) throws Exception {
        archive.stub.on(Call::puts, 1, Fault.reply(Reply.error(status, code, "words", "the resource")));

        SpillwayException e = failure(io.spillway.fault.Fault.DESTINATION_REFUSED);

        assertThat(e).hasMessageContainingAll(String.valueOf(status), code, "words", "the resource", "README.md");
        assertThat(e.hint()).isNotBlank();
        assertThat(archive.time.pauses()).isEmpty();
    }

    @Test
    void wrongKeysShowBeforeGigabytesHaveMovedAndAreNotShown() throws Exception {
        Path keys = Files.createDirectory(temporary.resolve("wrong"));
        ArchiveOptions good = archive.options(ArchiveFixture.PATIENCE);
        ArchiveOptions wrong = new ArchiveOptions(
                good.item(),
                good.collection(),
                good.mediatype(),
                good.metadata(),
                good.accessKey(),
                new ArchiveFixture(keys).secret("secret", "wr0ngsecret"),
                good.endpoints(),
                good.patience(),
                good.spool());

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() ->
                        InternetArchive.open(wrong, archive.time).place(folder, ArchiveFixture.DUMP, "manifest.json"))
                .withMessageContainingAll("403", "SignatureDoesNotMatch", "LOW ****:****")
                .satisfies(e -> assertThat(e.getMessage() + e.hint())
                        .doesNotContain("wr0ngsecret")
                        .doesNotContain(StubArchive.ACCESS_KEY));
        assertThat(archive.stub.calls()).filteredOn(Call::puts).hasSize(1);
        assertThat(wrong.toString()).doesNotContain("wr0ngsecret").doesNotContain(StubArchive.ACCESS_KEY);
    }

    @Test
    void aKeyThatCannotBeOneIsRefusedWithoutQuotingIt() {
        ArchiveOptions good = archive.options(ArchiveFixture.PATIENCE);
        ArchiveOptions wrong = new ArchiveOptions(
                good.item(),
                good.collection(),
                good.mediatype(),
                good.metadata(),
                archive.secret("two-lines", "abc\nd3f"),
                good.secretKey(),
                good.endpoints(),
                good.patience(),
                good.spool());

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> InternetArchive.open(wrong))
                .withMessageContaining("access-key")
                .satisfies(e -> assertThat(e.getMessage() + e.hint()).doesNotContain("d3f"))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(io.spillway.fault.Fault.CONFIG));
    }

    @Test
    void damagedBytesAreSentThreeTimesAndThenAnIntegrityFault() throws Exception {
        archive.stub.on(
                call -> call.puts("urls.txt"), 5, Fault.reply(Reply.error(400, "BadDigest", "no match", "hex 00")));

        failure(io.spillway.fault.Fault.INTEGRITY);

        assertThat(archive.stub.calls())
                .filteredOn(call -> call.puts("urls.txt"))
                .hasSize(3);
    }

    @Test
    void aRequestThatWeShouldNotHaveSentIsABug() throws Exception {
        archive.stub.on(Call::puts, 1, Fault.reply(Reply.error(404, "NoSuchBucket", "no", "x")));
        assertThatIllegalStateException().isThrownBy(this::place).withMessageContaining("NoSuchBucket");
    }

    @Test
    void afterABrokenConnectionTheReadmeFindsOutWhetherTheArchiveRefuses() throws Exception {
        String part = STEM + "00002.jsonl.gz";
        archive.stub.on(call -> call.puts(part), 1, Fault.resetAfter(100));
        place();

        List<String> steps = archive.stub.calls().stream().map(Call::toString).toList();
        assertThat(steps)
                .containsSubsequence(
                        "put " + part, "get check_limit", "put README.md", "put " + part, "put SHA256SUMS");
    }

    @Test
    void aRefusalThatGotLostIsFoundWithTheReadme() throws Exception {
        String part = STEM + "00002.jsonl.gz";
        archive.stub.on(call -> call.puts(part), 1, Fault.resetAfter(100));
        int[] readmes = {0};
        archive.stub.on(call -> call.puts("README.md") && ++readmes[0] == 2, 1, Fault.reply(Reply.spam()));

        failure(io.spillway.fault.Fault.DESTINATION_REFUSED);

        assertThat(archive.stub.calls()).filteredOn(call -> call.puts(part)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "\"1\"", "2"})
    void nothingIsSentWhileTheArchiveIsOverItsLimit(String over) throws Exception {
        archive.stub.answerLimits(StubArchive.limit(over, "too many tasks"), StubArchive.limit(over, "too many tasks"));
        place();

        List<String> steps = archive.stub.calls().stream().map(Call::toString).toList();
        assertThat(steps)
                .startsWith("get record", "get check_limit", "get check_limit", "get check_limit", "put README.md");
    }

    @Test
    void anAnswerAboutLimitsThatCannotBeReadCountsAsNo() throws Exception {
        archive.stub.answerLimits("<html>busy</html>", "", "{}");
        place();
        assertThat(archive.stub.calls()).filteredOn(Call::asksForLimit).hasSize(4);
    }

    @Test
    void aStringZeroIsRoomToo() throws Exception {
        archive.stub.answerLimits(StubArchive.limit("\"0\"", ""));
        place();
        assertThat(archive.stub.calls()).filteredOn(Call::asksForLimit).hasSize(1);
    }

    @Test
    void theLimitsAreAskedWithTheAccessKeyAndWithoutTheSecretOne() throws Exception {
        place();
        assertThat(archive.stub.calls())
                .filteredOn(Call::asksForLimit)
                .singleElement()
                .matches(call -> call.parameter("accesskey").equals(StubArchive.ACCESS_KEY))
                .matches(call -> call.parameter("bucket").equals(ArchiveFixture.ITEM))
                .matches(call -> call.header("authorization").isEmpty());
    }

    @Test
    void aFileThatNeverShowsIsUnavailableAfterADay() throws Exception {
        archive.stub.showAfter(1_000_000);

        SpillwayException e = failure(io.spillway.fault.Fault.DESTINATION_UNAVAILABLE);

        assertThat(e).hasMessageContainingAll(ArchiveFixture.ITEM, "README.md", "1440 minutes");
        assertThat(total(archive.time.pauses())).isEqualTo(Duration.ofHours(24));
        assertThat(archive.stub.bytes(ArchiveFixture.ITEM, "manifest.json")).isNull();
    }

    @Test
    void theRecordIsReadEveryHalfMinuteAndLessOftenAfterTenMinutes() throws Exception {
        archive.stub.showAfter(25);
        place();
        assertThat(archive.time.pauses().subList(0, 24))
                .startsWith(Duration.ofSeconds(30))
                .endsWith(Duration.ofMinutes(2))
                .containsOnly(Duration.ofSeconds(30), Duration.ofMinutes(2));
    }

    @Test
    void aTaskInErrorExplainsAFileThatNeverShows() throws Exception {
        archive.stub.showAfter(1_000_000);
        archive.time.whileSleeping(() -> archive.stub.item(ArchiveFixture.ITEM).failedTask = true);

        SpillwayException e = failure(io.spillway.fault.Fault.DESTINATION_UNAVAILABLE);

        assertThat(e).hasMessageContainingAll("task 42 archive.php: error");
        assertThat(e.hint()).contains("info@archive.org");
        assertThat(total(archive.time.pauses())).isLessThan(Duration.ofHours(1));
    }

    @Test
    void otherBytesInTheRecordAreAnIntegrityFault() throws Exception {
        archive.stub.showAfter(1);
        archive.stub.on(Call::readsRecord, 1, Fault.NONE);
        archive.time.whileSleeping(
                () -> archive.stub.item(ArchiveFixture.ITEM).files.get("urls.txt").md5 = "0".repeat(32));
        archive.stub.showAfter(2);

        SpillwayException e = failure(io.spillway.fault.Fault.INTEGRITY);

        assertThat(e).hasMessageContainingAll("urls.txt", "0".repeat(32), ArchiveFixture.ITEM);
        assertThat(archive.stub.bytes(ArchiveFixture.ITEM, "manifest.json")).isNull();
    }

    @Test
    void otherBytesAreNotJudgedWhileTasksArePending() throws Exception {
        archive.stub.showAfter(1);
        String right = StubArchive.hash("MD5", Files.readAllBytes(folder.resolve("urls.txt")));
        int[] sleeps = {0};
        archive.stub.on(call -> call.puts("SHA256SUMS"), 1, exchange -> {
            archive.stub.item(ArchiveFixture.ITEM).busy = true;
            return Fault.NONE.answer(exchange);
        });
        archive.stub.on(Call::readsRecord, 1, Fault.NONE);
        archive.stub.on(
                call -> call.readsRecord() && archive.stub.bytes(ArchiveFixture.ITEM, "urls.txt") != null,
                1,
                exchange -> {
                    archive.stub.item(ArchiveFixture.ITEM).files.get("urls.txt").md5 = "0".repeat(32);
                    return Fault.NONE.answer(exchange);
                });
        archive.time.whileSleeping(() -> {
            if (++sleeps[0] == 3) {
                archive.stub.item(ArchiveFixture.ITEM).files.get("urls.txt").md5 = right;
                archive.stub.item(ArchiveFixture.ITEM).busy = false;
            }
        });

        place();

        assertThat(sleeps[0]).isGreaterThanOrEqualTo(3);
        assertThat(names()).isEqualTo(ORDER);
    }

    @Test
    void aDryRunPrintsEveryRequestWithoutTheKeysAndSendsNone() throws Exception {
        List<String> texts = archive.open().dryRun(folder, ArchiveFixture.DUMP, "manifest.json");

        assertThat(archive.stub.calls()).isEmpty();
        assertThat(String.join("\n", texts))
                .doesNotContain(StubArchive.ACCESS_KEY)
                .doesNotContain(StubArchive.SECRET_KEY)
                .contains(
                        "accesskey=****", "Authorization: LOW ****:****", "x-archive-meta01-subject: uri(open%20data)");

        place();
        List<String> printed = texts.stream()
                .map(text -> text.lines().findFirst().orElseThrow())
                .toList();
        List<String> sent = archive.stub.calls().stream()
                .map(call -> call.method() + " " + archive.stub.url() + call.path()
                        + (call.query().isEmpty() ? "" : "?" + call.query().replace(StubArchive.ACCESS_KEY, "****")))
                .toList();
        assertThat(printed).isEqualTo(sent);
    }

    @Test
    void aDryRunShowsTheHeadersThatAreSent() throws Exception {
        List<String> printed = archive.open().dryRun(folder, ArchiveFixture.DUMP, "manifest.json").stream()
                .filter(text -> text.startsWith("PUT"))
                .findFirst()
                .orElseThrow()
                .lines()
                .skip(1)
                .map(line -> line.replaceAll("LOW .*", "LOW testaccess:testsecret"))
                .sorted(String.CASE_INSENSITIVE_ORDER)
                .toList();
        place();
        List<String> sent =
                archive.stub.calls().stream().filter(Call::puts).findFirst().orElseThrow().headers().entrySet().stream()
                        .filter(header ->
                                !List.of("host", "user-agent", "connection").contains(header.getKey()))
                        .map(header -> header.getKey() + ": " + header.getValue())
                        .sorted(String.CASE_INSENSITIVE_ORDER)
                        .toList();
        assertThat(printed)
                .usingElementComparator(String.CASE_INSENSITIVE_ORDER)
                .isEqualTo(sent);
    }

    @Test
    void aFolderWithoutTheFileThatMakesTheOthersCountIsTheCallersBug() throws Exception {
        Files.delete(folder.resolve("manifest.json"));
        assertThatIllegalArgumentException().isThrownBy(this::place);
        assertThat(archive.stub.calls()).isEmpty();
    }

    @Test
    void aFolderInTheFolderIsTheCallersBug() throws Exception {
        Files.createDirectory(folder.resolve("deeper"));
        assertThatIllegalArgumentException().isThrownBy(this::place);
    }

    @Test
    void whatWasTakenAndNeverShowedIsSentAgainByTheNextCall() throws Exception {
        InternetArchive destination = archive.open();
        archive.stub.showAfter(1_000_000);
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> destination.place(folder, ArchiveFixture.DUMP, "manifest.json"));
        archive.stub.showAfter(1);

        destination.place(folder, ArchiveFixture.DUMP, "manifest.json");

        assertThat(names().subList(ORDER.size() - 1, names().size())).isEqualTo(ORDER);
    }

    @Test
    void anEmptyFileIsSent() throws Exception {
        Files.write(folder.resolve("empty"), bytes(""));
        place();
        assertThat(archive.stub.bytes(ArchiveFixture.ITEM, "empty")).isEmpty();
    }

    private void place() throws SpillwayException {
        archive.open().place(folder, ArchiveFixture.DUMP, "manifest.json");
    }

    private SpillwayException failure(io.spillway.fault.Fault fault) {
        List<SpillwayException> failures = new ArrayList<>();
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(this::place)
                .satisfies(failures::add);
        assertThat(failures.get(0).fault()).isEqualTo(fault);
        return failures.get(0);
    }

    /** The files that the archive has taken, in order. */
    private List<String> names() {
        Predicate<String> ofItem = name -> name.startsWith(ArchiveFixture.ITEM + "/");
        return archive.stub.stored().stream()
                .filter(ofItem)
                .map(name -> name.substring(ArchiveFixture.ITEM.length() + 1))
                .collect(Collectors.toList());
    }

    private static Duration total(List<Duration> pauses) {
        return pauses.stream().reduce(Duration.ZERO, Duration::plus);
    }
}
