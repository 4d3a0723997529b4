package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.site.SiteWriter;
import io.spillway.support.PublishedDumps;
import io.spillway.support.Spillway;
import io.spillway.support.WebServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a monitor sees: an exit code, one summary line, and the details below. */
@Timeout(60)
@Tag("slow")
class FreshCommandTest {
    @TempDir
    private Path root;

    private WebServer server;

    @BeforeEach
    void publish() throws Exception {
        PublishedDumps dumps = new PublishedDumps();
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        dumps.publish(root, "journals", now.minus(Duration.ofDays(2)), 5);
        dumps.publish(root, "articles", now.minus(Duration.ofDays(5)), 5);
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            new SiteWriter(directory, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).rebuild(Set.of());
        }
        server = WebServer.serving(root);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Spillway.Outcome fresh(String path, String... more) {
        String[] args = new String[more.length + 2];
        args[0] = "fresh";
        args[1] = server.address() + path;
        System.arraycopy(more, 0, args, 2, more.length);
        return Spillway.run(args);
    }

    private static String firstLine(Spillway.Outcome run) {
        return run.out().lines().findFirst().orElse("");
    }

    @Test
    void theFirstLineIsTheWholeResultWithTheAges() {
        var run = fresh("", "--max-age", "8d").succeeded();
        assertThat(firstLine(run))
                .matches("FRESH OK - 2 datasets, the oldest, articles, is 5d00h old, 14 files, 44 B"
                        + " \\| articles=43200\\ds;;691200 journals=17280\\ds;;691200");
        assertThat(run.out().lines()).hasSize(3).last().asString().contains("2d00h old, 7 files, 22 B");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void anOldDumpEndsWith41() {
        var run = fresh("", "--max-age", "4d");
        assertThat(run.exitCode()).isEqualTo(41);
        assertThat(firstLine(run)).startsWith("FRESH STALE - the latest dump of articles is 5d00h old, limit 4d00h | ");
        assertThat(run.err()).contains("error: the latest dump of articles", "hint:  ");
    }

    @Test
    void oneDatasetCanBeChecked() {
        assertThat(firstLine(
                        fresh("", "--max-age", "4d", "--dataset", "journals").succeeded()))
                .startsWith("FRESH OK - journals is 2d00h old, 7 files, 22 B");
    }

    @Test
    void aMissingDatasetIsNotFresh() {
        var run = fresh("", "--dataset", "journals", "--dataset", "theses");
        assertThat(run.exitCode()).isEqualTo(41);
        assertThat(firstLine(run)).contains("FRESH STALE - ", "links.json lists no dump of theses | journals=");
    }

    @Test
    void aSiteWithoutDumpsIsNotFresh() throws Exception {
        Files.writeString(root.resolve("links.json"), "{\"format_version\": 1, \"datasets\": []}");
        var run = fresh("");
        assertThat(run.exitCode()).isEqualTo(41);
        assertThat(run.out()).startsWith("FRESH STALE - ").contains("lists no dump\n");
    }

    @Test
    void aMissingFileEndsWith30AndEachOneIsNamed() throws Exception {
        try (var files = Files.walk(root)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith("urls.txt")).toList()) {
                Files.deleteIfExists(file);
            }
        }
        var run = fresh("", "--max-age", "4d");
        assertThat(run.exitCode()).isEqualTo(30);
        assertThat(firstLine(run)).startsWith("FRESH INTEGRITY - ").contains("urls.txt does not exist (and 2 more)");
        assertThat(run.out().lines().filter(line -> line.startsWith("  problem: ")))
                .hasSize(3);
    }

    @Test
    void jsonHasTheSameContent() throws Exception {
        var run = fresh("journals/", "--json", "--deep", "--max-age", "1d");
        assertThat(run.exitCode()).isEqualTo(41);
        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(2);
        JsonNode dataset = new JsonMapper().readTree(lines.get(0));
        assertThat(dataset.path("type").textValue()).isEqualTo("fresh");
        assertThat(dataset.path("ok").booleanValue()).isFalse();
        assertThat(dataset.path("read").intValue()).isEqualTo(2);
        assertThat(dataset.path("age_seconds").longValue()).isBetween(172_800L, 172_900L);
        assertThat(dataset.at("/problems/0/fault").textValue()).isEqualTo("STALE");
        assertThat(new JsonMapper().readTree(lines.get(1)).path("exit_code").intValue())
                .isEqualTo(41);
    }

    @Test
    void anUnavailableServerEndsWith20AndOneLine() {
        server.close();
        var run = fresh("");
        assertThat(run.exitCode()).isEqualTo(20);
        assertThat(run.out()).startsWith("FRESH DESTINATION_UNAVAILABLE - ").contains("cannot reach");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/srv/dumps", "ftp://127.0.0.1/", "two words", "https://reader:hunter2@127.0.0.1/"})
    void aUrlThatIsNotPublicIsAConfigurationErrorAndNoSecretIsPrinted(String address) {
        var run = Spillway.run("fresh", address).refused(3);
        assertThat(run.err()).doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--max-age=8", "--grace=soon", "--parallel=9", "--sample=-1", "--time-limit=-5m"})
    void anInvalidOptionIsAUsageError(String option) {
        var run = fresh("", option);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(option.substring(0, option.indexOf('=')));
    }
}
