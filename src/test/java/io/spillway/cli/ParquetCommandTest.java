package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.support.DuckDb;
import io.spillway.support.Dump;
import io.spillway.support.RepositoryFixture;
import io.spillway.support.Spillway;
import io.spillway.support.Spillway.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parquet from the command line. */
class ParquetCommandTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path folder;

    private Path repository;
    private Path root;

    @BeforeEach
    void unpack() throws Exception {
        repository = RepositoryFixture.unpack(Files.createDirectory(folder.resolve("repository")));
        root = folder.resolve("dumps");
    }

    private Outcome run(String command, String... more) {
        List<String> args = new ArrayList<>(List.of(
                command,
                "--snapshot-repository",
                repository.toString(),
                "--dataset",
                "records",
                "--index",
                "records",
                "--to",
                root.toString(),
                "--format",
                "parquet"));
        args.addAll(List.of(more));
        return Spillway.run(args.toArray(new String[0]));
    }

    private JsonNode format(int dump) throws Exception {
        return JSON.readTree(Dump.folders(root, "records")
                        .get(dump)
                        .resolve("manifest.json")
                        .toFile())
                .at("/formats/0");
    }

    private static List<String> types(JsonNode format) {
        List<String> types = new ArrayList<>();
        format.at("/options/columns")
                .forEach(column -> types.add(column.path("path").textValue() + ": "
                        + column.path("type").textValue()));
        return types;
    }

    @Test
    void aListOfOneDumpIsAListOfTheNext() throws Exception {
        run("export", "--snapshot", "nightly-1", "--list", "word").succeeded();
        run("export", "--snapshot", "nightly-2", "--accept-shrink").succeeded();

        List<String> expected = List.of("kids: list of group", "kids.k: long", "n: long", "word: list of string");
        assertThat(types(format(0))).isEqualTo(expected);
        assertThat(types(format(1))).isEqualTo(expected);
    }

    @Test
    void aPlanShowsWhichValuesOfThePreviousDumpHaveNoExactColumn() throws Exception {
        run("export", "--snapshot", "nightly-1", "--list", "word").succeeded();

        assertThat(format(0).at("/left_out/word").intValue()).isEqualTo(30);
        assertThat(run("plan").succeeded().out())
                .contains("_rest         word, in 30 documents of the previous dump\n");
        assertThat(JSON.readTree(run("plan", "--json").succeeded().out())
                        .at("/previous_in_rest/word")
                        .intValue())
                .isEqualTo(30);
    }

    @Test
    void idsAndWholeDocumentsAreColumnsOnRequest() throws Exception {
        run("export", "--with-id", "--with-source", "--dates", "timestamp").succeeded();

        Path dump = Dump.folders(root, "records").get(0);
        assertThat(DuckDb.count(dump, "SELECT * FROM '*.parquet' WHERE _id IS NOT NULL AND json_valid(_source)"))
                .isEqualTo(29);
        JsonNode fields =
                JSON.readTree(dump.resolve("datapackage.json").toFile()).at("/resources/0/schema/fields");
        assertThat(fields)
                .extracting(field -> field.path("name").textValue() + ": "
                        + field.path("type").textValue())
                .containsExactly(
                        "kids: array",
                        "n: integer",
                        "word: string",
                        "_id: string",
                        "_routing: string",
                        "_rest: string",
                        "_source: string");
        assertThat(JSON.readTree(dump.resolve("schema.json").toFile()).path("fields"))
                .extracting(field -> field.path("parquet_type").textValue())
                .contains("long", "string");
    }
}
