package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.support.PublishedDumps;
import io.spillway.support.Spillway;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look at what is published, on directories. */
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
    void catalogWritesTheLinksAgainAndNamesWhatIsBroken() throws Exception {
        Path broken = Files.createDirectories(root.resolve("journals/2026-11-22T030000Z"));
        Files.writeString(broken.resolve("manifest.json"), "{}");
        var run = Spillway.run("catalog", root.toString(), "--public-url", "https://dumps.example.org/");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("1 datasets with 2 dumps");
        assertThat(run.err()).contains("journals/2026-11-22T030000Z is not listed");
        JsonNode links = JSON.readTree(Files.readAllBytes(root.resolve("links.json")));
        assertThat(links.at("/datasets/0/address").textValue())
                .isEqualTo("https://dumps.example.org/journals/2026-11-21T030000Z/");
    }

    @Test
    void listNamesTheNewestDump() {
        var run = Spillway.run("list", root.toString());
        assertThat(run.out()).contains("journals: 2 dumps, newest 2026-11-21T030000Z", "2,400 documents");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void listTellsMachinesTheSame() throws Exception {
        JsonNode line =
                JSON.readTree(Spillway.run("list", root.toString(), "--json").out());
        assertThat(line.at("/dataset/last_good/dump").textValue()).isEqualTo("journals/2026-11-21T030000Z");
        assertThat(line.path("dumps").intValue()).isEqualTo(2);
    }

    @Test
    void anEmptyDirectoryIsSaidToBeEmpty(@TempDir Path empty) {
        assertThat(Spillway.run("list", empty.toString()).out()).contains("nothing is published");
    }

    @Test
    void showHasEveryDumpOfADataset() {
        var run = Spillway.run("show", root.resolve("journals").toString());
        assertThat(run.out()).contains("2026-11-14T030000Z  2,000 documents", "2026-11-21T030000Z  2,400 documents");
    }

    @Test
    void showHasEveryFileOfADump() {
        var run =
                Spillway.run("show", root.resolve("journals/2026-11-14T030000Z").toString());
        assertThat(run.out()).contains("journals-2026-11-14T030000Z.00002.jsonl  1,000 documents");
    }

    @Test
    void showKnowsTheLatestDumpByThatName() {
        var run = Spillway.run("show", root.resolve("journals/latest").toString());
        assertThat(run.out()).contains("journals/2026-11-21T030000Z: ").doesNotContain("2026-11-14");
    }

    @Test
    void aMisspeltCommandOrOptionIsAnsweredWithTheNearestOne() {
        assertThat(Spillway.run("catalgo", root.toString()).err()).contains("did you mean", "catalog");
        assertThat(Spillway.run("list", root.toString(), "--jsn").err()).contains("did you mean", "--json");
    }

    @Test
    void whatIsNotThereIsAnErrorThatSaysWhere() {
        var run = Spillway.run("show", root.resolve("articles").toString());
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err()).contains("there is no dump at " + root.resolve("articles"));
    }
}
