package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.support.PublishedDumps;
import io.spillway.support.Spillway;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that show what is published, run on directories. */
class CatalogCommandTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path root;

    @BeforeEach
    void publish() throws Exception {
        PublishedDumps dumps = new PublishedDumps();
        dumps.publish(root, "journals", Instant.parse("2026-11-14T03:00:00Z"), 1_000);
        dumps.publish(root, "journals", Instant.parse("2026-11-21T03:00:00Z"), 1_200);
    }

    @Test
    void catalogRewritesTheLinksAndNamesBrokenDumps() throws Exception {
        Path broken = Files.createDirectories(root.resolve("journals/2026-11-22T030000Z"));
        Files.writeString(broken.resolve("manifest.json"), "{}");
        var run = Spillway.run("catalog", root.toString(), "--public-url", "https://dumps.example.org/");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("1 datasets with 2 dumps");
        assertThat(run.err()).contains("journals/2026-11-22T030000Z is not listed");
        JsonNode links = JSON.readTree(Files.readAllBytes(root.resolve("links.json")));
        assertThat(links.at("/datasets/0/address").textValue())
                .isEqualTo("https://dumps.example.org/journals/2026-11-21T030000Z/manifest.json");
    }

    @Test
    void listNamesTheNewestDump() {
        var run = Spillway.run("list", root.toString());
        assertThat(run.out()).contains("journals: 2 dumps, newest 2026-11-21T030000Z", "2,400 documents");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void listInJsonHasTheSameContent() throws Exception {
        JsonNode line =
                JSON.readTree(Spillway.run("list", root.toString(), "--json").out());
        assertThat(line.at("/dataset/last_good/dump").textValue()).isEqualTo("journals/2026-11-21T030000Z");
        assertThat(line.path("dumps").intValue()).isEqualTo(2);
    }

    @Test
    void anEmptyDirectoryIsReportedAsEmpty(@TempDir Path empty) {
        assertThat(Spillway.run("list", empty.toString()).out()).contains("nothing is published");
    }

    @Test
    void listShowsWhichOfSeveralDestinationsHasADump(@TempDir Path empty) {
        var run = Spillway.run("list", root.toString(), empty.toString());
        assertThat(run.out().lines())
                .containsSubsequence(
                        "at " + root.toAbsolutePath() + ":",
                        "at " + empty.toAbsolutePath() + ":",
                        "nothing is published at " + empty.toAbsolutePath());
    }

    @Test
    void listShowsADirectoryOfTwoSchedulesOnce(@TempDir Path schedules) throws Exception {
        Path one = schedule(schedules.resolve("a.yaml"), "a", "directory: '" + root + "'");
        Path other = schedule(schedules.resolve("b.yaml"), "b", "directory: '" + root + "'");
        var run = Spillway.run("list", one.toString(), other.toString());
        assertThat(run.out().lines().filter(line -> line.startsWith("journals: ")))
                .hasSize(1);
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void listShowsTheOtherDestinationsIfOneIsUnavailable(@TempDir Path schedules) throws Exception {
        int unused;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            unused = socket.getLocalPort();
        }
        Path away = schedule(
                schedules.resolve("a.yaml"),
                "a",
                ("s3: {bucket: away, region: us-east-1, endpoint: 'http://127.0.0.1:%d', path-style: true,"
                                + " access-key: '${env:PATH}', secret-key: '${env:PATH}'}")
                        .formatted(unused));
        var run = Spillway.run("list", away.toString(), root.toString());
        assertThat(run.out()).contains("journals: 2 dumps");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(20);
    }

    @Test
    void listWithoutADestinationAsksForOne() {
        var run = Spillway.run("list");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("SCHEDULE.yaml|DIRECTORY");
    }

    private static Path schedule(Path file, String dataset, String destination) throws Exception {
        return Files.writeString(file, """
                dataset: %s
                source: {elasticsearch: 'http://127.0.0.1:9', index: i}
                destinations: [{%s}]
                state: '%s'
                """.formatted(dataset, destination, file.resolveSibling("state")));
    }

    @Test
    void showListsEveryDumpOfADataset() {
        var run = Spillway.run("show", root.resolve("journals").toString());
        assertThat(run.out()).contains("2026-11-14T030000Z  2,000 documents", "2026-11-21T030000Z  2,400 documents");
    }

    @Test
    void showListsEveryFileOfADump() {
        var run =
                Spillway.run("show", root.resolve("journals/2026-11-14T030000Z").toString());
        assertThat(run.out()).contains("journals-2026-11-14T030000Z.00002.jsonl  1,000 documents");
    }

    @Test
    void showAcceptsTheNameLatest() {
        var run = Spillway.run("show", root.resolve("journals/latest").toString());
        assertThat(run.out()).contains("journals/2026-11-21T030000Z: ").doesNotContain("2026-11-14");
    }

    @Test
    void aMisspeltCommandOrOptionGetsTheNearestOneAsASuggestion() {
        assertThat(Spillway.run("catalgo", root.toString()).err()).contains("did you mean", "catalog");
        assertThat(Spillway.run("list", root.toString(), "--jsn").err()).contains("did you mean", "--json");
    }

    @Test
    void aMissingDumpIsAnErrorThatNamesThePlace() {
        var run = Spillway.run("show", root.resolve("articles").toString());
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err()).contains("there is no dump at " + root.resolve("articles"));
    }
}
