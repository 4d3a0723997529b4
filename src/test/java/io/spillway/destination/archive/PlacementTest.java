package io.spillway.destination.archive;

import static io.spillway.destination.DestinationContract.assertRefused;
import static io.spillway.destination.DestinationContract.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.spillway.destination.archive.ArchiveOptions.Patience;
import io.spillway.destination.archive.StubArchive.Call;
import io.spillway.destination.archive.StubArchive.Reply;
import io.spillway.destination.archive.StubExchange.Trouble;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a dump gets into an item, and how the next call completes an interrupted one. */
@Tag("slow")
class PlacementTest extends PlacementCase {

    @Test
    void theReadmeIsSentFirstAndTheManifestLast() throws Exception {
        place();
        assertThat(names()).isEqualTo(ORDER);
    }

    @Test
    void theManifestIsSentOnceEverythingElseIsVisible() throws Exception {
        archive.stub.showAfter(3);
        place();

        List<String> steps = archive.stub.calls().stream().map(Call::toString).toList();
        assertThat(steps)
                .containsSubsequence("get record", "get check_limit", "put README.md", "put urls.txt", "get record")
                .containsSubsequence("put urls.txt", "get record", "get record", "get record", "put manifest.json")
                .endsWith("put manifest.json", "get record", "get record", "get record");
    }

    @Test
    void anUploadMatchesThatOfTheArchivesOwnClient() throws Exception {
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
    void everyUploadCarriesTheMetadataBecauseAnyOfThemMayCreateTheItem() throws Exception {
        place();
        assertThat(archive.stub.calls())
                .filteredOn(Call::puts)
                .allMatch(call -> call.header("x-archive-meta00-dump").equals("journals/2026-11-21T030000Z"));
    }

    @Test
    void anIdenticalFileIsNotSentAgain() throws Exception {
        place();
        int calls = archive.stub.calls().size();
        place();

        assertThat(names()).isEqualTo(ORDER);
        assertThat(archive.stub.calls().subList(calls, archive.stub.calls().size()))
                .singleElement()
                .matches(Call::readsRecord);
    }

    @Test
    void nothingIsSentIfANameHasDifferentContent() throws Exception {
        archive.open().store(folder.resolve("SHA256SUMS"), ArchiveFixture.DUMP.child("urls.txt"));

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(this::place)
                .withMessageContaining("urls.txt")
                .withMessageContaining(ArchiveFixture.ITEM)
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_REFUSED));
        assertThat(names()).containsExactly("urls.txt");
    }

    @Test
    void theNextCallCompletesARunKilledWithUploadsPendingWithoutSendingThemAgain() throws Exception {
        archive.stub.showAfter(20);
        archive.stub.on(call -> call.puts("urls.txt"), 1, Trouble.reply(Reply.error(403, "AccessDenied", "no", "x")));
        assertRefused(this::place);
        // The item itself is visible, and reports pending work.
        archive.stub.item(ArchiveFixture.ITEM).files.get("README.md").readsUntilShown = 0;

        place();

        assertThat(names()).isEqualTo(ORDER);
    }

    /** Every way in which a request can fail. */
    private static Trouble fault(String kind) {
        return switch (kind) {
            case "refused" -> Trouble.reply(Reply.error(403, "AccessDenied", "no", "x"));
            case "error" -> Trouble.reply(Reply.of(500, "<html>down</html>"));
            case "overloaded" -> Trouble.early(Reply.slowDown("bucket_tasks_queued"));
            case "hang-up" -> Trouble.hangUp();
            case "reset" -> Trouble.resetAfter(100);
            case "answer lost" -> Trouble.loseAnswer();
            case "answer cut" -> Trouble.cutAnswer();
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
    void aTransientFaultAtAnyRequestIsSurvived(String kind) throws Exception {
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
    void aFolderWithoutItsCompletingFileIsACallersBug() throws Exception {
        Files.delete(folder.resolve("manifest.json"));
        assertThatIllegalArgumentException().isThrownBy(this::place);
        assertThat(archive.stub.calls()).isEmpty();
    }

    @Test
    void aFolderInTheFolderIsACallersBug() throws Exception {
        Files.createDirectory(folder.resolve("deeper"));
        assertThatIllegalArgumentException().isThrownBy(this::place);
    }

    @Test
    void aFileThatWasAcceptedAndNeverAppearedIsSentAgainByTheNextCall() throws Exception {
        InternetArchive destination = archive.open();
        archive.stub.showAfter(1_000_000);
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> destination.place(folder, ArchiveFixture.DUMP, "manifest.json"));
        archive.stub.showAfter(1);

        destination.place(folder, ArchiveFixture.DUMP, "manifest.json");

        assertThat(names().subList(ORDER.size() - 1, names().size())).isEqualTo(ORDER);
    }

    @Test
    void aNameThatIsNotAKeyIsACallersBug() throws Exception {
        Files.writeString(folder.resolve("a b"), "");
        assertThatIllegalArgumentException().isThrownBy(this::place);
        assertThat(archive.stub.calls()).isEmpty();
    }

    @Test
    void anEmptyFileIsSent() throws Exception {
        Files.write(folder.resolve("empty"), bytes(""));
        place();
        assertThat(archive.stub.bytes(ArchiveFixture.ITEM, "empty")).isEmpty();
    }
}
