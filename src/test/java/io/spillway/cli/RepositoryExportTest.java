package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.support.Dump;
import io.spillway.support.NoNetwork;
import io.spillway.support.RepositoryFixture;
import io.spillway.support.SnapshotRepository;
import io.spillway.support.Spillway;
import io.spillway.support.Spillway.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator sees of an export from a snapshot repository. */
class RepositoryExportTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path folder;

    private Path repository;
    private Path root;

    @BeforeEach
    void unpack() throws IOException {
        repository = RepositoryFixture.unpack(Files.createDirectory(folder.resolve("repository")));
        root = folder.resolve("dumps");
    }

    @Test
    void theDumpHasTheDateOfTheSnapshotAndItsManifestNamesIt() throws Exception {
        export("--snapshot", "nightly-1").succeeded();

        Dump dump = Dump.only(root, "records");
        assertThat(dump.lines()).hasSize(30);
        assertThat(dump.manifest().path("dump").asText()).isEqualTo("records/2026-11-29T125725Z");
        assertThat(dump.manifest().path("taken_at").asText()).isEqualTo("2026-11-29T12:57:25.654Z");
        JsonNode source = dump.manifest().path("source");
        assertThat(source.path("product").asText()).isEqualTo("elasticsearch");
        assertThat(source.path("snapshot").path("name").asText()).isEqualTo("nightly-1");
        assertThat(source.path("snapshot").path("taken_until").asText()).isEqualTo("2026-11-29T12:57:26.058Z");
    }

    @Test
    void theSameSnapshotAgainIsNothingNew() throws Exception {
        export().succeeded();
        Outcome again = export().succeeded();

        assertThat(again.out())
                .isEqualTo("nothing new: the newest snapshot was published as records/2026-11-29T125728Z\n");
        assertThat(Dump.only(root, "records").lines()).hasSize(29);
        assertThat(JSON.readTree(export("--json").succeeded().out())
                        .path("type")
                        .asText())
                .isEqualTo("nothing_new");
    }

    @Test
    void anOlderSnapshotIsRefusedWithBothDates() throws Exception {
        export().succeeded();

        Outcome older = export("--snapshot", "nightly-1").refused(3);
        assertThat(older.err())
                .contains("nightly-1", "2026-11-29T12:57:25.654Z", "2026-11-29T12:57:28.307Z")
                .doesNotContain("clock");
        assertThat(Dump.folders(root, "records")).hasSize(1);
    }

    @Test
    void aSnapshotThatStartedInTheSecondOfTheNewestDumpIsRefusedWithBothTimes() throws Exception {
        export("--snapshot", "nightly-1").succeeded();
        Path manifest = Dump.only(root, "records").folder().resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("12:57:25.654Z", "12:57:25.100Z"));

        assertThat(export("--snapshot", "nightly-1").refused(3).err())
                .contains("nightly-1", "2026-11-29T12:57:25.654Z", "2026-11-29T12:57:25.100Z", "same second")
                .doesNotContain("withdrawn");
    }

    @Test
    void aNewerSnapshotMakesTheNextDump() throws Exception {
        export("--snapshot", "nightly-1").succeeded();
        export("--snapshot", "nightly-2", "--accept-shrink").succeeded();

        assertThat(Dump.folders(root, "records")).hasSize(2);
    }

    @Test
    void aSnapshotWhoseDumpWasWithdrawnIsNotPublishedAgain() throws Exception {
        String schedule = schedule().toString();
        Spillway.run("export", schedule).succeeded();
        Spillway.run("withdraw", schedule, "2026-11-29T125728Z", "--reason", "a test")
                .succeeded();

        Outcome again = Spillway.run("export", schedule).refused(3);
        assertThat(again.err()).contains("nightly-2", "withdrawn", "another snapshot");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --query         | {"term":{"public":true}} | query cannot choose documents in a snapshot repository
            --routing       | a                        | routing cannot choose documents in a snapshot repository
            --api-key       | ${env:HOME}              | api-key is for a cluster
            --preference    | _local                   | preference is for a cluster
            --vectors       | rebuilt                  | vectors: rebuilt is for a cluster
            --index         | some-records             | alias "some-records" shows only a part
            --max-age       | 1m                       | more than source.max-age
            """)
    void whatAFileCannotDoIsRefusedBeforeAnythingIsRead(String option, String value, String message) throws Exception {
        Outcome refused = export(option, value).refused(option.equals("--max-age") ? 41 : 3);

        assertThat(refused.err()).contains(message);
        Dump.assertNothingPublished(root);
    }

    @Test
    void aRepositoryAndAClusterExcludeEachOther() {
        export("--elasticsearch", "http://127.0.0.1:1").refused(3);
    }

    @Test
    void onlyDocumentsWithTheValuesOfWhereArePublished() throws Exception {
        export("--where", "word=again", "--where", "n=4").succeeded();

        Dump dump = Dump.only(root, "records");
        assertThat(dump.lines()).containsExactly("{\"n\": 4, \"word\": \"again\"}");
        JsonNode source = dump.manifest().path("source");
        assertThat(source.path("documents").asInt()).isEqualTo(1);
        assertThat(source.path("filtered").asBoolean()).isTrue();
        assertThat(source.path("where")).isEqualTo(JSON.readTree("{\"excluded\": 28}"));
    }

    @Test
    void whereThatSelectsNothingIsRefused() throws Exception {
        Outcome refused = export("--where", "word=\"4\"").refused(31);

        assertThat(refused.err()).contains("contains no documents that source.where selects, of 29");
        Dump.assertNothingPublished(root);
    }

    @Test
    void planShowsHowManySampledDocumentsWhereSelects() {
        assertThat(run("plan", "--where", "word=again").succeeded().out())
                .contains("where         {word=\"again\"}: 5 of 29 sampled documents, so about 5");
    }

    @Test
    void aDamagedBlobPublishesNothing() throws Exception {
        List<String> blobs = SnapshotRepository.files(repository).stream()
                .filter(file -> file.contains("/__"))
                .toList();
        for (String blob : List.of(blobs.get(0), blobs.get(blobs.size() / 2), blobs.get(blobs.size() - 1))) {
            byte[] content = Files.readAllBytes(repository.resolve(blob));
            content[content.length / 2] ^= 1;
            Files.write(repository.resolve(blob), content);
        }

        Outcome refused = export("--index", "records,other").refused(30);
        assertThat(refused.err()).contains("nightly-2", "checksum", "source.elasticsearch");
        Dump.assertNothingPublished(root);
    }

    @Test
    void planShowsTheSnapshotsAndWarnsOfMissingSecurity() {
        String plan = run("plan").succeeded().out();

        assertThat(plan)
                .contains("snapshot      nightly-2, each shard from an instant until 2026-11-29T12:57:28.908Z")
                .contains("not read    nightly-3, PARTIAL, ")
                .contains("read        nightly-2, SUCCESS, ")
                .contains("documents     29")
                .contains("document- and field-level security");
    }

    @Test
    void checkNamesTheSnapshot() throws Exception {
        Outcome checked = Spillway.run("check", schedule().toString()).succeeded();
        assertThat(checked.out())
                .containsPattern("ok, reads the snapshot nightly-2, SUCCESS, \\d.* old, of elasticsearch");
        assertThat(checked.err()).contains("document- and field-level security");
    }

    @Test
    void listShowsTheSnapshotsOfASchedule() throws Exception {
        Outcome listed = Spillway.run("list", schedule().toString()).succeeded();

        assertThat(listed.out())
                .containsSubsequence(
                        "records: snapshot nightly-3, PARTIAL, ",
                        "records: snapshot nightly-2, SUCCESS, ",
                        "records: snapshot nightly-1, SUCCESS, ");
    }

    private Path schedule() throws IOException {
        return Files.writeString(folder.resolve("records.yaml"), """
                dataset: records
                title: Records
                source:
                  snapshot-repository: {directory: %s}
                  snapshot: nightly-*
                  index: records
                fields: {unlisted: publish}
                formats: [jsonl: {}]
                destinations: [directory: %s]
                """.formatted(repository, root));
    }

    @Test
    void noConnectionIsOpened() throws Exception {
        assertThat(NoNetwork.run(
                        folder,
                        "export",
                        "--snapshot-repository",
                        repository.toString(),
                        "--index",
                        "records",
                        "--to",
                        root.toString(),
                        "--dataset",
                        "records"))
                .isEqualTo("exit code 0, connections []");
        assertThat(Dump.only(root, "records").lines()).hasSize(29);
    }

    private Outcome export(String... more) {
        return run("export", more);
    }

    private Outcome run(String command, String... more) {
        List<String> args = new ArrayList<>(List.of(
                command,
                "--snapshot-repository",
                repository.toString(),
                "--dataset",
                "records",
                "--to",
                root.toString()));
        if (!List.of(more).contains("--index")) {
            args.addAll(List.of("--index", "records"));
        }
        args.addAll(List.of(more));
        return Spillway.run(args.toArray(new String[0]));
    }
}
