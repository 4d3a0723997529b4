package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.support.Spillway;
import io.spillway.support.Spillway.Outcome;
import io.spillway.support.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code check} and {@code plan} find in schedules before an export: in the file, in the mapping, and in sampled documents. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ScheduleCheckIT {
    private static final JsonMapper JSON = new JsonMapper();

    private final TestCluster cluster = TestCluster.shared();

    @TempDir
    private Path folder;

    private Path root;

    @BeforeEach
    void begin() {
        root = folder.resolve("public");
    }

    /** A schedule of the dataset {@code records} with these additional sections. */
    private Path schedule(String index, String more) throws IOException {
        return Files.writeString(folder.resolve("records.yaml"), """
                dataset: records
                source: {elasticsearch: "%s", index: "%s"}
                destinations: [{directory: "%s"}]
                """.formatted(cluster.url(), index, root) + more);
    }

    @Test
    void checkReportsEightFaultsOfAFileEachWithItsLine() throws Exception {
        Path file = Files.writeString(folder.resolve("eight.yaml"), """
                dataset: Journals!
                titel: Journals
                license: CC/0
                covers: [api]
                source:
                  elasticsearch: ftp://localhost
                  index: _all
                fields: {include: [id], unlisted: maybe}
                parts: {documents: 0}
                destinations: [{directory: dumps}]
                """);

        Outcome outcome = Spillway.run("check", file.toString());

        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()
                        .lines()
                        .map(line -> line.replaceFirst("^\\S+eight\\.yaml:(\\d+): (\\S+): .*", "$1 $2")))
                .containsExactlyInAnyOrder(
                        "1 /dataset",
                        "2 /titel",
                        "3 /license",
                        "4 /covers/0",
                        "6 /source/elasticsearch",
                        "7 /source/index",
                        "8 /fields/unlisted",
                        "9 /parts/documents");
    }

    /** Eight faults that only the mapping and the formats reveal. */
    private Path eightAgainstTheMapping(String name, String dataset) throws Exception {
        String index = cluster.newIndex("""
                {"mappings": {"properties": {"id": {"type": "long"}, "mail": {"type": "keyword"},
                  "one": {"type": "keyword"}, "two": {"type": "flattened"}}}}""");
        return Files.writeString(folder.resolve(name), """
                dataset: %s
                source: {elasticsearch: "%s", index: "%s"}
                fields:
                  include: [id]
                  exclude:
                    - mail
                    - mial
                    - id.x
                  blur:
                    - {field: nmae, by: year}
                  descriptions:
                    id: Its number.
                    idd: Its number.
                formats:
                  - jsonl: {id: _id}
                  - csv: {columns: [id, mail]}
                destinations: [{directory: "%s"}]
                """.formatted(dataset, cluster.url(), index, root));
    }

    @Test
    void checkReportsEightFaultsAgainstTheMappingEachWithItsLine() throws Exception {
        Outcome outcome =
                Spillway.run("check", eightAgainstTheMapping("m.yaml", "m").toString());

        assertThat(outcome.exitCode()).isEqualTo(32);
        assertThat(outcome.err().lines().map(line -> line.replaceFirst("^\\S+m\\.yaml:(\\d+): (\\S+): .*", "$1 $2")))
                .containsExactlyInAnyOrder(
                        "4 /fields/include",
                        "4 /fields/include",
                        "7 /fields/exclude/1",
                        "8 /fields/exclude/2",
                        "10 /fields/blur/0",
                        "13 /fields/descriptions/idd",
                        "15 /formats/0",
                        "16 /formats/1");
        assertThat(outcome.err()).contains("\"one\" (keyword)", "- two.**", "\"mial\"", "_id, _routing");
    }

    @Test
    void checkReadsAllFilesAndReportsDuplicateDatasets() throws Exception {
        Path wrong = eightAgainstTheMapping("m.yaml", "same");
        Path missing = folder.resolve("missing.yaml");
        String index = cluster.newIndex("{\"mappings\":{\"properties\":{\"id\":{\"type\":\"long\"}}}}");
        Path twice = Files.writeString(
                folder.resolve("twice.yaml"),
                Files.readString(schedule(index, "")).replace("dataset: records", "dataset: same"));
        Path fine = schedule(index, "");

        Outcome outcome = Spillway.run(
                "check", "--json", wrong.toString(), missing.toString(), twice.toString(), fine.toString());

        List<String> files = new ArrayList<>();
        for (String line : outcome.out().lines().toList()) {
            JsonNode problem = JSON.readTree(line);
            assertThat(problem.path("type").textValue()).isEqualTo("problem");
            assertThat(problem.path("message").textValue())
                    .startsWith(problem.path("file").textValue());
            files.add(Path.of(problem.path("file").textValue()).getFileName().toString());
        }
        assertThat(outcome.exitCode()).isEqualTo(32);
        assertThat(files).filteredOn("m.yaml"::equals).hasSize(8);
        assertThat(files).filteredOn("missing.yaml"::equals).hasSize(1);
        assertThat(files).filteredOn("twice.yaml"::equals).hasSize(1);
        assertThat(files).hasSize(10);
        assertThat(outcome.out()).contains("does not exist", "is already used in " + wrong);
    }

    @Test
    void checkFindsAFieldThatOnlyASampledDocumentHas() throws Exception {
        String index =
                cluster.newIndex("{\"mappings\":{\"dynamic\":false,\"properties\":{\"id\":{\"type\":\"long\"}}}}");
        cluster.load(index, List.of("{\"id\":1,\"stray\":\"canary\"}"));

        Outcome outcome = Spillway.run(
                "check", schedule(index, "fields: {include: [id]}\n").toString());

        assertThat(outcome.exitCode()).isEqualTo(32);
        assertThat(outcome.err()).contains(":4: /fields: ", "\"stray\"").doesNotContain("canary");
    }

    @Test
    void planPrintsTheTableEvenIfOnlyASampledDocumentHasTheField() throws Exception {
        String index =
                cluster.newIndex("{\"mappings\":{\"dynamic\":false,\"properties\":{\"id\":{\"type\":\"long\"}}}}");
        cluster.load(index, List.of("{\"id\":1,\"stray\":\"canary\"}"));

        Outcome outcome = Spillway.run(
                "plan", schedule(index, "fields: {include: [id]}\n").toString());

        assertThat(outcome.exitCode()).isEqualTo(32);
        assertThat(outcome.out()).containsPattern("published +id ");
        assertThat(outcome.err()).contains("\"stray\"").doesNotContain("canary");
    }
}
