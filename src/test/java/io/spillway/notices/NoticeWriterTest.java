package io.spillway.notices;

import static io.spillway.notices.PublishedNotices.TAKEN;
import static io.spillway.support.PublishedSchemas.assertObeys;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.dataset.CustomLicense;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.FolderLinks;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.Upload;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Withdrawal;
import io.spillway.support.SteppedDestination;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which notices there are, what they point at, and what they say if there is nothing to point at. */
@Timeout(120)
@Tag("slow")
class NoticeWriterTest {
    @TempDir
    private Path root;

    @TempDir
    private Path elsewhere;

    private PublishedNotices site;

    @BeforeEach
    void open() throws Exception {
        site = new PublishedNotices(root);
    }

    @AfterEach
    void close() {
        site.close();
    }

    private static NoticeSettings settings(String... languages) {
        return new NoticeSettings(
                List.of(languages),
                URI.create("https://example.org/use"),
                "data@example.org",
                URI.create("https://example.org/problems/"),
                30,
                true);
    }

    private JsonNode downloads(String name) throws Exception {
        JsonNode notice = assertObeys("notice", site.bytes(name));
        return notice.path("bulk_downloads");
    }

    @Test
    void everyKindFormatAndLanguageHasItsFileAndOneWithoutALanguage() throws Exception {
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.site(site.directory).publish("journals");
        Set<String> expected = new TreeSet<>(List.of("problems.html"));
        for (String folder : List.of("", "journals/")) {
            for (String kind : List.of("429", "403", "400")) {
                for (String language : List.of("", ".en", ".de", ".fr", ".pt")) {
                    for (String extension : List.of("json", "html", "txt")) {
                        expected.add(folder + kind + language + "." + extension);
                    }
                }
            }
        }
        Path folder = root.resolve("notices");
        try (var files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> folder.relativize(file).toString()))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void aLicenceThatSpdxDoesNotListHasItsName() throws Exception {
        site.dumps.license = "LicenseRef-terms";
        site.dumps.customLicense = new CustomLicense("Our terms", "https://example.org/terms");
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.site(site.directory).publish("journals");
        assertThat(downloads("journals/429.json").path("license").textValue()).isEqualTo("LicenseRef-terms");
        assertThat(downloads("journals/429.json").path("license_name").textValue())
                .isEqualTo("Our terms");
        assertThat(downloads("429.json").at("/datasets/0/license_name").textValue())
                .isEqualTo("Our terms");
        assertThat(new String(site.bytes("journals/429.txt"), StandardCharsets.UTF_8))
                .contains(", Our terms")
                .doesNotContain("LicenseRef");
    }

    @Test
    void theNoticeOfADatasetHasTheFactsOfItsLatestDump() throws Exception {
        site.dumps.nextDue = TAKEN.plus(Duration.ofDays(7));
        Manifest manifest = site.dumps.publish(root, "journals", TAKEN, 5);
        site.site(site.directory).publish("journals");
        JsonNode notice = site.json("journals/429.json");
        assertThat(notice.path("type").textValue())
                .isEqualTo("https://dumps.example.org/notices/problems.html#rate-limited");
        assertThat(notice.path("status").intValue()).isEqualTo(429);
        assertThat(notice.path("help").textValue()).isEqualTo("https://dumps.example.org/journals/index.html");
        assertThat(notice.path("documentation").textValue()).isEqualTo("https://example.org/journals");
        JsonNode downloads = downloads("journals/429.json");
        assertThat(downloads.path("availability").textValue()).isEqualTo("available");
        assertThat(downloads.path("dump").textValue()).isEqualTo("2026-11-21T030000Z");
        assertThat(downloads.path("generated").textValue()).isEqualTo("2026-11-21T03:00:00Z");
        assertThat(downloads.path("documents").longValue()).isEqualTo(10);
        assertThat(downloads.path("license").textValue()).isEqualTo("CC0-1.0");
        String folder = "https://dumps.example.org/journals/2026-11-21T030000Z/";
        assertThat(downloads.path("describedby").textValue()).isEqualTo(folder + "manifest.json");
        assertThat(downloads.path("checksums").textValue()).isEqualTo(folder + "SHA256SUMS");
        assertThat(downloads.path("links").textValue()).isEqualTo("https://dumps.example.org/links.json");
        JsonNode file = downloads.at("/files/1");
        assertThat(file.path("sha256").textValue())
                .isEqualTo(manifest.parts().get(1).sha256());
        assertThat(file.path("media_type").textValue()).isEqualTo("application/jsonl");
        assertThat(file.at("/urls/0").textValue())
                .isEqualTo(folder + manifest.parts().get(1).name());
    }

    @ParameterizedTest
    @ValueSource(strings = {"429", "403", "400"})
    void bodiesOfAKindHaveItsStatusAndItsType(String kind) throws Exception {
        site.settings = settings("en", "de");
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.renew();
        Map<String, String> types = Map.of("429", "rate-limited", "403", "blocked", "400", "page-too-deep");
        for (String name : List.of(kind + ".json", "journals/" + kind + ".de.json")) {
            JsonNode notice = assertObeys("notice", site.bytes(name));
            assertThat(notice.path("status").asText()).isEqualTo(kind);
            assertThat(notice.path("type").textValue()).isEqualTo("https://example.org/problems/" + types.get(kind));
            assertThat(notice.path("contact").textValue()).isEqualTo("data@example.org");
            assertThat(notice.path("documentation").textValue()).isEqualTo("https://example.org/use");
        }
    }

    @Test
    void theNoticeOfTheSiteNamesTheDatasets() throws Exception {
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.dumps.publish(root, "articles", TAKEN, 5);
        site.site(site.directory).rebuild(Set.of());
        JsonNode downloads = downloads("429.json");
        assertThat(downloads.path("datasets_total").intValue()).isEqualTo(2);
        assertThat(downloads.at("/datasets/0/dataset").textValue()).isEqualTo("articles");
        assertThat(downloads.at("/datasets/1/latest").textValue())
                .isEqualTo("https://dumps.example.org/journals/latest.json");
        assertThat(site.text("429.html")).contains("href=\"https://dumps.example.org/articles/index.html\"");
    }

    @Test
    void everyLanguageHasTheSameContent() throws Exception {
        site.settings = settings("pt", "de", "en");
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.renew();
        assertThat(site.bytes("journals/429.json")).isEqualTo(site.bytes("journals/429.pt.json"));
        assertThat(site.text("journals/429.html")).contains("<html lang=\"pt\" dir=\"ltr\">", "21 de novembro de 2026");
        assertThat(site.text("journals/429.de.txt")).contains("Zu viele Anfragen", "21. November 2026");
        assertThat(site.json("journals/429.de.json").path("bulk_downloads"))
                .isEqualTo(site.json("journals/429.en.json").path("bulk_downloads"));
    }

    @Test
    void aFileWhoseUrlDoesNotAnswerIsNotNamed() throws Exception {
        Manifest manifest = site.dumps.publish(root, "journals", TAKEN, 5);
        String second = manifest.parts().get(1).name();
        AddressCheck all = site.check;
        site.check = (address, bytes) -> !address.toString().endsWith(second) && all.answers(address, bytes);
        site.site(site.directory).publish("journals");
        JsonNode downloads = downloads("journals/429.json");
        assertThat(downloads.path("files")).hasSize(1);
        assertThat(downloads.path("files_total").intValue()).isEqualTo(2);
        assertThat(site.text("journals/429.txt")).doesNotContain(second).contains("1 more are listed in links.json");
    }

    @Test
    void aFileOfAnotherLengthIsNotNamed() throws Exception {
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.renew();
        assertThat(downloads("journals/429.json").path("files")).hasSize(2);
        // What a page behind a login looks like from outside.
        AddressCheck all = site.check;
        site.check = (address, bytes) -> all.answers(address, bytes + 1);
        assertThat(site.renew().datasets()).containsEntry("journals", Availability.UNREACHABLE);
        assertThat(downloads("journals/429.json").path("files")).isEmpty();
        assertThat(downloads("429.json").path("datasets")).isEmpty();
    }

    @Test
    void ifNothingIsPublicNothingIsNamed() throws Exception {
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.check = AddressCheck.NONE;
        try (LocalDirectory hidden = LocalDirectory.open(root)) {
            site.site(hidden).publish("journals");
        }
        JsonNode notice = assertObeys("notice", site.bytes("journals/429.json"));
        assertThat(notice.path("type").textValue()).isEqualTo("about:blank");
        assertThat(notice.has("help")).isFalse();
        assertThat(notice.at("/bulk_downloads/availability").textValue()).isEqualTo("unreachable");
        assertThat(site.text("journals/429.txt")).doesNotContain("journals-2026");
    }

    @Test
    void reachableMirrorsAreNamedAfterThePlaceOfTheDump() throws Exception {
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.dumps.publish(elsewhere, "journals", TAKEN, 5);
        AddressCheck all = site.check;
        site.check = (address, bytes) -> "mirror.example".equals(address.getHost()) || all.answers(address, bytes);
        try (LocalDirectory other = LocalDirectory.open(elsewhere, URI.create("https://mirror.example/x/"))) {
            site.site(site.directory, other).publish("journals");
        }
        JsonNode urls = downloads("journals/429.json").at("/files/0/urls");
        assertThat(urls)
                .extracting(JsonNode::textValue)
                .allMatch(address -> address.endsWith("/journals-2026-11-21T030000Z.00001.jsonl"))
                .extracting(address -> URI.create(address).getHost())
                .containsExactly("dumps.example.org", "mirror.example");
    }

    @Test
    void disabledChecksRequestNothing() throws Exception {
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.settings = new NoticeSettings(List.of("en"), null, null, null, 10, false);
        site.check = (address, bytes) -> {
            throw new AssertionError(address);
        };
        site.renew();
        assertThat(downloads("journals/429.json").path("files")).hasSize(2);
    }

    @Test
    void aDatasetWithoutADumpHasANoticeThatSaysSo() throws Exception {
        site.site(site.directory).rebuild(Set.of());
        site.renew("journals");
        JsonNode notice = assertObeys("notice", site.bytes("journals/429.json"));
        assertThat(notice.at("/bulk_downloads/availability").textValue()).isEqualTo("none");
        assertThat(notice.path("detail").textValue()).contains("There is currently no bulk download of “journals”");
        assertThat(notice.path("help").textValue()).isEqualTo("https://dumps.example.org/index.html");
        assertThat(downloads("429.json").path("availability").textValue()).isEqualTo("none");
    }

    @Test
    void aFailedAttemptCreatesNoNotices() throws Exception {
        site.site(site.directory).updateStatus("journals");
        assertThat(root.resolve("status.json")).exists();
        assertThat(root.resolve("notices")).doesNotExist();
    }

    @Test
    void aFailedAttemptKeepsTheNoticeAndRecordsTheFailure() throws Exception {
        site.renew();
        site.site(site.directory).updateStatus("journals");
        assertThat(downloads("journals/429.json").path("availability").textValue())
                .isEqualTo("none");
    }

    @Test
    void aDatasetWhoseLastDumpWasWithdrawnSaysSo() throws Exception {
        Manifest manifest = site.dumps.publish(root, "journals", TAKEN, 5);
        site.site(site.directory).publish("journals");
        announce(manifest.id());
        site.site(site.directory).publish("journals");
        JsonNode downloads = downloads("journals/429.json");
        assertThat(downloads.path("availability").textValue()).isEqualTo("withdrawn");
        assertThat(downloads.path("files")).isEmpty();
        for (String name : List.of("journals/429.html", "journals/403.txt", "429.json")) {
            assertThat(site.text(name)).doesNotContain("2026-11-21T030000Z");
        }
    }

    @Test
    void anOlderDumpIsNamedAgainIfTheNewestIsWithdrawn() throws Exception {
        site.dumps.publish(root, "journals", TAKEN.minus(Duration.ofDays(7)), 5);
        Manifest newest = site.dumps.publish(root, "journals", TAKEN, 5);
        site.site(site.directory).publish("journals");
        announce(newest.id());
        site.site(site.directory).publish("journals");
        assertThat(downloads("journals/429.json").path("dump").textValue()).isEqualTo("2026-11-14T030000Z");
    }

    @Test
    void noNoticeIsEverRemoved() throws Exception {
        site.settings = settings("en", "de", "pt");
        Manifest manifest = site.dumps.publish(root, "journals", TAKEN, 5);
        site.renew();
        site.settings = settings("en");
        Files.delete(root.resolve(manifest.dump()).resolve("manifest.json"));
        site.renew();
        for (String name : List.of("journals/429.json", "journals/429.de.html", "journals/400.pt.txt", "429.pt.json")) {
            assertThat(site.text(name)).doesNotContain("2026-11-21T030000Z");
        }
    }

    @Test
    void aDumpIsStaleWhenTheOneAfterTheNextIsDue() throws Exception {
        Duration week = Duration.ofDays(7);
        site.dumps.nextDue = TAKEN.plus(week);
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.now = TAKEN.plus(week.multipliedBy(2));
        assertThat(site.renew().datasets()).containsEntry("journals", Availability.AVAILABLE);
        site.now = site.now.plusSeconds(1);
        assertThat(site.renew().datasets()).containsEntry("journals", Availability.STALE);
        JsonNode downloads = downloads("journals/429.json");
        assertThat(downloads.path("dump").textValue()).isEqualTo("2026-11-21T030000Z");
        assertThat(downloads.path("files")).isEmpty();
        assertThat(site.text("journals/429.txt")).contains("21 November 2026").doesNotContain(".jsonl");
        assertThat(downloads("429.json").path("datasets")).isEmpty();
    }

    @Test
    void anHourlyDumpIsNotStaleForADay() throws Exception {
        site.dumps.nextDue = TAKEN.plus(Duration.ofHours(1));
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.now = TAKEN.plus(Duration.ofHours(25));
        assertThat(site.renew().datasets()).containsEntry("journals", Availability.AVAILABLE);
    }

    @Test
    void aLongListOfFilesEndsInACountAndTheUrlOfTheList() throws Exception {
        site.dumps.parts = 500;
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.site(site.directory).publish("journals");
        JsonNode downloads = downloads("journals/429.json");
        assertThat(downloads.path("files_total").intValue()).isEqualTo(500);
        assertThat(downloads.path("files")).hasSizeBetween(5, 10);
        assertThat(site.text("journals/429.txt"))
                .contains("490 more are listed in links.json", "https://dumps.example.org/links.json");
        assertEveryBodyIsShort();
    }

    @Test
    void longUrlsLeaveFewerFilesInABody() throws Exception {
        site.dumps.parts = 20;
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.check = AddressCheck.NONE;
        URI deep = URI.create("https://dumps.example.org/" + "d".repeat(900) + "/");
        try (LocalDirectory far = LocalDirectory.open(root, deep)) {
            site.site(far).publish("journals");
        }
        assertThat(downloads("journals/429.json").path("files")).hasSizeBetween(1, 4);
        assertEveryBodyIsShort();
    }

    @Test
    void aNoticeThatCannotBeShortenedIsRefused() throws Exception {
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.check = AddressCheck.NONE;
        URI deep = URI.create("https://dumps.example.org/" + "d".repeat(3_000) + "/");
        try (LocalDirectory far = LocalDirectory.open(root, deep)) {
            assertThatThrownBy(() -> site.site(far).renewNotices(Set.of()))
                    .isInstanceOfSatisfying(SpillwayException.class, e -> {
                        assertThat(e.fault()).isEqualTo(Fault.CONFIG);
                        assertThat(e).hasMessageContaining("servers accept at most 7999");
                    });
        }
    }

    private void assertEveryBodyIsShort() throws Exception {
        try (var files = Files.walk(root.resolve("notices"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.size(file)).as(file.toString()).isLessThan(8_000);
            }
        }
    }

    @Test
    void unchangedNoticesAreNotWrittenAgain() throws Exception {
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.site(site.directory).publish("journals");
        FileTime longAgo = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
        Files.setLastModifiedTime(site.file("journals/429.json"), longAgo);
        Files.delete(site.file("journals/429.html"));
        site.now = site.now.plusSeconds(60);
        assertThat(site.renew().changed()).isEqualTo(1);
        assertThat(Files.getLastModifiedTime(site.file("journals/429.json"))).isEqualTo(longAgo);
        assertThat(site.text("journals/429.html")).startsWith("<!doctype html>");
    }

    @Test
    void theSettingsOfAScheduleAreKeptForWritersWithoutOne() throws Exception {
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.settings = settings("de");
        site.renew();
        site.settings = null;
        site.dumps.publish(root, "articles", TAKEN, 5);
        site.renew();
        assertThat(site.json("articles/429.json").path("title").textValue()).isEqualTo("Zu viele Anfragen");
        assertThat(site.json("articles/429.json").path("contact").textValue()).isEqualTo("data@example.org");
        assertThat(site.file("articles/429.en.json")).doesNotExist();
    }

    @Test
    void damagedSettingsAreReplacedByTheDefaults() throws Exception {
        Files.createDirectories(root.resolve("notices"));
        Files.writeString(site.file("settings.json"), "{\"languages\": [\"../x\"]}");
        site.dumps.publish(root, "journals", TAKEN, 5);
        site.renew();
        assertThat(site.file("journals/429.pt.json")).exists();
    }

    @Test
    void noticesAreWrittenAfterTheirLinks() throws Exception {
        site.dumps.publish(root, "journals", TAKEN, 5);
        List<String> moves = new ArrayList<>();
        Destination watched = new SteppedDestination(site.directory, (step, folder) -> {}) {
            @Override
            public Upload begin(ObjectKey key) throws SpillwayException {
                moves.add(key.value());
                return super.begin(key);
            }

            @Override
            public Optional<URI> publicAddress(ObjectKey key) {
                return site.directory.publicAddress(key);
            }
        };
        site.site(watched).publish("journals");
        List<String> notices =
                moves.subList(moves.indexOf("notices/problems.html"), moves.indexOf("notices/400.pt.txt") + 1);
        assertThat(notices).allMatch(key -> key.startsWith("notices/")).hasSize(1 + 45 + 45);
        assertThat(moves.indexOf("notices/429.json")).isGreaterThan(moves.indexOf("notices/journals/400.pt.txt"));
        assertThat(moves.indexOf("links.json")).isLessThan(moves.indexOf("notices/problems.html"));
        assertThat(moves.indexOf("status.json")).isEqualTo(moves.size() - 1);
    }

    @Test
    void aCopyNamesTheSameFiles() throws Exception {
        site.dumps.publish(root, "journals", TAKEN, 5);
        try (LocalDirectory copy = LocalDirectory.open(elsewhere)) {
            var catalog = io.spillway.catalog.Catalog.read(site.directory);
            site.notices(site.directory, copy).write(catalog, List.of(), Optional.of("journals"), Set.of());
        }
        assertThat(elsewhere.resolve("notices/journals/429.de.html"))
                .hasSameBinaryContentAs(site.file("journals/429.de.html"));
        assertThat(elsewhere.resolve("notices/429.json")).hasSameBinaryContentAs(site.file("429.json"));
    }

    @Test
    void everyoneMayReadNotices() throws Exception {
        site.renew("journals");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(site.file("journals/429.json"))))
                .isEqualTo("rw-r--r--");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(site.file("journals"))))
                .isEqualTo("rwxr-xr-x");
    }

    /** Thrown where the process would have died. */
    private static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @Test
    void aDeathBetweenAnyTwoFilesLeavesWholeNoticesThatPointToADump() throws Exception {
        Instant old = TAKEN.minus(Duration.ofDays(7));
        site.settings = settings("en");
        site.dumps.publish(root, "journals", old, 5);
        site.site(site.directory).publish("journals");
        Set<String> seen = new TreeSet<>();
        int died = 0;
        for (boolean done = false; !done; ) {
            site.dumps.publish(root, "journals", TAKEN.plusSeconds(died), 5);
            int dieAt = died++;
            int[] begun = {0};
            Destination dying = new SteppedDestination(site.directory, (step, folder) -> {}) {
                @Override
                public Upload begin(ObjectKey key) throws SpillwayException {
                    if (key.value().startsWith("notices/") && begun[0]++ == dieAt) {
                        throw new Death();
                    }
                    return super.begin(key);
                }

                @Override
                public <C> Optional<C> capability(Class<C> type) {
                    return type == FolderLinks.class ? site.directory.capability(type) : super.capability(type);
                }

                @Override
                public Optional<URI> publicAddress(ObjectKey key) {
                    return site.directory.publicAddress(key);
                }
            };
            try {
                site.site(dying).publish("journals");
                done = true;
            } catch (Death e) {
                // The next one continues from here.
            }
            for (String name : List.of("journals/429.json", "journals/403.en.json", "journals/400.json")) {
                String dump = downloads(name).path("dump").textValue();
                seen.add(dump);
                assertThat(root.resolve("journals").resolve(dump).resolve("manifest.json"))
                        .exists();
                assertThat(DumpId.of("journals", dump)).isPresent();
            }
        }
        assertThat(died).isGreaterThan(18);
        assertThat(seen).hasSizeGreaterThan(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"notices", "catalog"})
    void noticesAreWorldReadableDespiteARestrictiveUmask(String command) throws Exception {
        site.dumps.publish(root, "journals", TAKEN, 5);
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "umask 077; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        io.spillway.cli.Main.class.getName(),
                        command,
                        root.toString())
                .inheritIO()
                .start();
        try {
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly();
        }
        try (var files = Files.walk(root.resolve("notices"))) {
            assertThat(files.toList())
                    .hasSizeGreaterThan(36)
                    .allSatisfy(path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                            .as(path.toString())
                            .isEqualTo(Files.isDirectory(path) ? "rwxr-xr-x" : "rw-r--r--"));
        }
    }

    private void announce(DumpId dump) throws Exception {
        Withdrawal notice = new Withdrawal(dump.toString(), "wrong", TAKEN, 0, 0, List.of(), null);
        Files.write(root.resolve(dump.toString()).resolve(Withdrawal.FILE_NAME), ManifestJson.write(notice));
    }
}
