package io.spillway.destination.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.spillway.destination.archive.StubArchive.Call;
import io.spillway.destination.archive.StubArchive.Reply;
import io.spillway.destination.archive.StubExchange.Trouble;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is waited for, what is retried, and what is never retried. */
@Tag("slow")
class PlacementTroubleTest extends PlacementCase {

    @Test
    void overloadIsAwaitedWithGrowingPausesAndTheLimitsAreChecked() throws Exception {
        archive.stub.on(call -> call.puts("urls.txt"), 4, Trouble.reply(Reply.slowDown("total_tasks_queued")));
        place();

        assertThat(names()).isEqualTo(ORDER);
        assertThat(archive.stub.calls()).filteredOn(Call::asksForLimit).hasSize(1 + 4);
        List<Duration> pauses = archive.time.pauses();
        for (int i = 0; i < 4; i++) {
            assertThat(pauses.get(i)).isBetween(Duration.ofSeconds(15L << i), Duration.ofSeconds(30L << i));
        }
    }

    @Test
    void endlessOverloadIsUnavailable() throws Exception {
        archive.stub.on(call -> call.puts("urls.txt"), Integer.MAX_VALUE, Trouble.reply(Reply.slowDown("x")));

        SpillwayException e = failure(Fault.DESTINATION_UNAVAILABLE);

        assertThat(e).hasMessageContainingAll("urls.txt", ArchiveFixture.ITEM, "503", "SlowDown", "x exceeds ration");
        assertThat(total(archive.time.pauses())).isBetween(Duration.ofHours(5), Duration.ofHours(6));
    }

    @Test
    void aRetryAfterIsHeeded() throws Exception {
        archive.stub.on(call -> call.puts("urls.txt"), 1, Trouble.reply(Reply.of(429, "", "Retry-After: 1234")));
        place();
        assertThat(archive.time.pauses()).contains(Duration.ofSeconds(1234));
    }

    @Test
    void spamIsNeverRetried() throws Exception {
        archive.stub.on(call -> call.puts("README.md"), Integer.MAX_VALUE, Trouble.reply(Reply.spam()));

        SpillwayException e = failure(Fault.DESTINATION_REFUSED);

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
    void aRejectionIsNotRetried(int status, String code) throws Exception {
        archive.stub.on(Call::puts, 1, Trouble.reply(Reply.error(status, code, "words", "the resource")));

        SpillwayException e = failure(Fault.DESTINATION_REFUSED);

        assertThat(e).hasMessageContainingAll(String.valueOf(status), code, "words", "the resource", "README.md");
        assertThat(e.hint()).isNotBlank();
        assertThat(archive.time.pauses()).isEmpty();
    }

    @Test
    void wrongKeysAreDetectedBeforeGigabytesAreSentAndAreNotPrinted() throws Exception {
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
    void aMalformedKeyIsRefusedWithoutQuotingIt() {
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
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.CONFIG));
    }

    @Test
    void damagedBytesAreSentThreeTimesAndThenAnIntegrityFault() throws Exception {
        archive.stub.on(
                call -> call.puts("urls.txt"), 5, Trouble.reply(Reply.error(400, "BadDigest", "no match", "hex 00")));

        failure(Fault.INTEGRITY);

        assertThat(archive.stub.calls())
                .filteredOn(call -> call.puts("urls.txt"))
                .hasSize(3);
    }

    @Test
    void aRequestThatShouldNotHaveBeenSentIsABug() throws Exception {
        archive.stub.on(Call::puts, 1, Trouble.reply(Reply.error(404, "NoSuchBucket", "no", "x")));
        assertThatIllegalStateException().isThrownBy(this::place).withMessageContaining("NoSuchBucket");
    }

    @Test
    void afterABrokenConnectionTheReadmeRevealsWhetherTheArchiveRejectsUploads() throws Exception {
        String part = STEM + "00002.jsonl.gz";
        archive.stub.on(call -> call.puts(part), 1, Trouble.resetAfter(100));
        place();

        List<String> steps = archive.stub.calls().stream().map(Call::toString).toList();
        assertThat(steps)
                .containsSubsequence(
                        "put " + part, "get check_limit", "put README.md", "put " + part, "put SHA256SUMS");
    }

    @Test
    void aLostRejectionIsFoundWithTheReadme() throws Exception {
        String part = STEM + "00002.jsonl.gz";
        archive.stub.on(call -> call.puts(part), 1, Trouble.resetAfter(100));
        int[] readmes = {0};
        archive.stub.on(call -> call.puts("README.md") && ++readmes[0] == 2, 1, Trouble.reply(Reply.spam()));

        failure(Fault.DESTINATION_REFUSED);

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
    void anUnreadableAnswerAboutLimitsCountsAsNoRoom() throws Exception {
        archive.stub.answerLimits("<html>busy</html>", "", "{}");
        place();
        assertThat(archive.stub.calls()).filteredOn(Call::asksForLimit).hasSize(4);
    }

    @Test
    void aStringZeroAlsoMeansRoom() throws Exception {
        archive.stub.answerLimits(StubArchive.limit("\"0\"", ""));
        place();
        assertThat(archive.stub.calls()).filteredOn(Call::asksForLimit).hasSize(1);
    }

    @Test
    void theLimitsAreRequestedWithTheAccessKeyAndWithoutTheSecretKey() throws Exception {
        place();
        assertThat(archive.stub.calls())
                .filteredOn(Call::asksForLimit)
                .singleElement()
                .matches(call -> call.parameter("accesskey").equals(StubArchive.ACCESS_KEY))
                .matches(call -> call.parameter("bucket").equals(ArchiveFixture.ITEM))
                .matches(call -> call.header("authorization").isEmpty());
    }

    @Test
    void aFileThatNeverAppearsIsUnavailableAfterADay() throws Exception {
        archive.stub.showAfter(1_000_000);

        SpillwayException e = failure(Fault.DESTINATION_UNAVAILABLE);

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
    void aFailedTaskExplainsAFileThatNeverAppears() throws Exception {
        archive.stub.showAfter(1_000_000);
        archive.time.whileSleeping(() -> archive.stub.item(ArchiveFixture.ITEM).failedTask = true);

        SpillwayException e = failure(Fault.DESTINATION_UNAVAILABLE);

        assertThat(e).hasMessageContainingAll("task 42 archive.php: error");
        assertThat(e.hint()).contains("info@archive.org");
        assertThat(total(archive.time.pauses())).isLessThan(Duration.ofHours(1));
    }

    @Test
    void differentBytesInTheRecordAreAnIntegrityFault() throws Exception {
        archive.stub.showAfter(2);
        archive.time.whileSleeping(
                () -> archive.stub.item(ArchiveFixture.ITEM).files.get("urls.txt").md5 = "0".repeat(32));

        SpillwayException e = failure(Fault.INTEGRITY);

        assertThat(e).hasMessageContainingAll("urls.txt", "0".repeat(32), ArchiveFixture.ITEM);
        assertThat(archive.stub.bytes(ArchiveFixture.ITEM, "manifest.json")).isNull();
    }

    @Test
    void differentBytesAreNotJudgedWhileTasksArePending() throws Exception {
        archive.stub.showAfter(1);
        String right = StubArchive.hash("MD5", Files.readAllBytes(folder.resolve("urls.txt")));
        int[] sleeps = {0};
        archive.stub.on(call -> call.puts("SHA256SUMS"), 1, exchange -> {
            archive.stub.item(ArchiveFixture.ITEM).busy = true;
            return Trouble.NONE.answer(exchange);
        });
        archive.stub.on(
                call -> call.readsRecord() && archive.stub.bytes(ArchiveFixture.ITEM, "urls.txt") != null,
                1,
                exchange -> {
                    archive.stub.item(ArchiveFixture.ITEM).files.get("urls.txt").md5 = "0".repeat(32);
                    return Trouble.NONE.answer(exchange);
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
    void minutesWithoutAReadableRecordDoNotEndHoursOfWaiting() throws Exception {
        int[] reads = {0};
        archive.stub.showAfter(3);
        archive.stub.on(
                call -> call.readsRecord() && ++reads[0] > 2,
                40,
                Trouble.reply(Reply.of(502, "<html>bad gateway</html>")));

        place();

        assertThat(total(archive.time.pauses())).isGreaterThan(ArchiveFixture.PATIENCE.readWithin());
        assertThat(names()).isEqualTo(ORDER);
    }
}
