package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.support.Dump;
import io.spillway.support.Spillway;
import io.spillway.support.TestCluster;
import io.spillway.support.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The files of a dump as Miller and csvkit read them: every document, every column, and each cell as it was, also
 * quotes, line breaks and digits that look like a number. Each test is skipped if its tool is not installed.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class TabularReadersIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> COLUMNS = List.of("code", "n", "name.first", "note", "tags");
    private static final String INDEX = """
            {"settings":{"number_of_shards":1,"number_of_replicas":0},
             "mappings":{"properties":{"code":{"type":"keyword"},"n":{"type":"integer"},
             "name":{"properties":{"first":{"type":"keyword"}}},"note":{"type":"text"},"tags":{"type":"keyword"}}}}
            """;

    private static final List<JsonNode> DOCUMENTS = new ArrayList<>();

    @TempDir
    static Path folder;

    private static Dump dump;

    @BeforeAll
    static void publishOddCells() throws Exception {
        TestCluster cluster = TestCluster.shared();
        String index = cluster.newIndex(INDEX);
        List<String> documents = new ArrayList<>(List.of("""
                {"code":"007","n":0,"name":{"first":"O\\"Brien"},"note":"two\\nlines, and a comma","tags":["a","b\\"c"]}""", """
                {"code":"","n":1,"name":{"first":null},"note":"=1+1"}""", """
                {"code":"1e5","n":2,"name":{"first":"Zoë 😀"},"note":"ends in CR\\r\\nLF","tags":[]}""", """
                {"code":"12345678901234567890123","n":3,"note":" blanks around ","tags":"#"}""", """
                {"code":"0x1F","n":4,"note":"\\"","tags":["tab\\t;|"]}""", """
                {"code":"2026-11-21","n":5,"note":"back\\\\slash \\\\n","tags":"true"}"""));
        for (int n = documents.size(); n < 100; n++) {
            documents.add("{\"code\":\"c%d\",\"n\":%d,\"note\":\"text\"}".formatted(n, n));
        }
        StringBuilder body = new StringBuilder();
        for (String document : documents) {
            body.append("{\"index\":{}}\n").append(document).append('\n');
            DOCUMENTS.add(JSON.readTree(document));
        }
        cluster.bulk(index, body.toString().getBytes(StandardCharsets.UTF_8));
        cluster.request("POST", "/" + index + "/_refresh", null);
        Spillway.export(cluster, index, folder, "--format", "jsonl,csv", "--slices", "1")
                .succeeded();
        dump = Dump.only(folder, "records");
    }

    @Test
    void millerReadsEachCellOfACsv() throws Exception {
        Tool.require("mlr", "miller");
        assertThat(read("mlr -S --icsv --ojsonl --gzin --no-auto-unflatten cat " + part(".csv.gz")))
                .containsExactlyInAnyOrderElementsOf(rows(""));
    }

    @Test
    void millerReadsEachDocumentOfJsonLines() throws Exception {
        Tool.require("mlr", "miller");
        assertThat(read("mlr --ijsonl --ojsonl --gzin cat " + part(".jsonl.gz")))
                .containsExactlyInAnyOrderElementsOf(DOCUMENTS);
    }

    @Test
    void csvkitReadsEachCellOfACsv() throws Exception {
        Tool.require("csvjson", "csvkit");
        String part = part(".csv.gz");
        assertThat(shell("csvcut -n " + part).lines().map(line -> line.replaceFirst("^ *\\d+: ", "")))
                .containsExactlyElementsOf(COLUMNS);
        assertThat(shell("csvstat --count " + part).strip()).isEqualTo("" + DOCUMENTS.size());
        // csvkit has no empty text, an empty cell is null, with and without quotes.
        assertThat(read("csvjson -I --stream " + part)).containsExactlyInAnyOrderElementsOf(rows(null));
    }

    @Test
    void csvkitReadsEachDocumentOfJsonLines() throws Exception {
        Tool.require("in2csv", "csvkit");
        List<JsonNode> rows = read("gunzip -c " + part(".jsonl.gz") + " | in2csv -I -f ndjson | csvjson -I --stream");
        assertThat(rows).hasSameSizeAs(DOCUMENTS);
        for (JsonNode row : rows) {
            JsonNode document = DOCUMENTS.get(row.path("n").asInt());
            assertThat(row.path("code").asText(""))
                    .isEqualTo(document.path("code").asText());
            assertThat(lines(row.path("note").asText()))
                    .isEqualTo(lines(document.path("note").asText()));
        }
    }

    /** The rows that the CSV has for the documents, with {@code empty} for a cell without text. */
    private static List<JsonNode> rows(@Nullable String empty) {
        return DOCUMENTS.stream()
                .map(document -> {
                    var cells = new TreeMap<String, String>();
                    for (String column : COLUMNS) {
                        JsonNode value = document.at("/" + column.replace('.', '/'));
                        String cell = value.isArray() ? value.toString() : lines(value.asText(""));
                        cells.put(column, cell.isEmpty() ? empty : cell);
                    }
                    return JSON.<JsonNode>valueToTree(cells);
                })
                .toList();
    }

    /** Both tools read CR LF in a cell as a line feed, and csvkit writes it as two. */
    private static String lines(String text) {
        return text.replaceAll("\\R+", "\n");
    }

    private static String part(String ending) {
        List<String> names =
                dump.partNames().stream().filter(name -> name.endsWith(ending)).toList();
        assertThat(names).hasSize(1);
        return names.get(0);
    }

    private static List<JsonNode> read(String command) throws IOException, InterruptedException {
        List<JsonNode> documents = new ArrayList<>();
        for (String line : shell(command).lines().toList()) {
            documents.add(JSON.readTree(line));
        }
        return documents;
    }

    private static String shell(String command) throws IOException, InterruptedException {
        Tool.Result result = Tool.run(dump.folder(), List.of("sh", "-c", "export LC_ALL=C.UTF-8\n" + command));
        assertThat(result.exitCode()).as(result.output()).isZero();
        return result.output();
    }
}
