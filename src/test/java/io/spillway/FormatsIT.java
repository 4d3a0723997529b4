package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.compress.Compression;
import io.spillway.manifest.Manifest;
import io.spillway.support.DuckDb;
import io.spillway.support.Dump;
import io.spillway.support.Spillway;
import io.spillway.support.TestCluster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to write the documents of a snapshot, from the real server to the files. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FormatsIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int DOCUMENTS = 700;
    private static final String INDEX = """
            {"settings":{"number_of_shards":3,"number_of_replicas":0},
             "mappings":{"dynamic":false,"properties":{"n":{"type":"integer"},"title":{"type":"text"},
             "price":{"type":"double"},"author":{"properties":{"name":{"type":"keyword"}}}}}}
            """;

    private static TestCluster cluster;
    private static String index;

    @TempDir
    Path folder;

    @BeforeAll
    static void indexDocumentsWithIdsAndRoutings() throws Exception {
        cluster = TestCluster.shared();
        index = cluster.newIndex(INDEX);
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < DOCUMENTS; i++) {
            String routing = i % 3 == 0 ? ",\"routing\":\"r" + i % 7 + "\"" : "";
            body.append("{\"index\":{\"_id\":\"a/")
                    .append(i)
                    .append(" \\\"ü\"")
                    .append(routing)
                    .append("}}\n");
            body.append("{\"n\":")
                    .append(i)
                    .append(",\"title\":\"say \\\"hi\\\", ")
                    .append(i)
                    .append("\\nü\",")
                    .append("\"price\":1.10,\"author\":[{\"name\":\"A\"},{\"name\":\"B")
                    .append(i)
                    .append("\"}],")
                    .append(i % 10 == 0 ? "\"unmapped\":{\"x\":1}," : "")
                    .append("\"big\":123456789012345678901234567890}\n");
        }
        cluster.bulk(index, body.toString().getBytes(StandardCharsets.UTF_8));
        cluster.request("POST", "/" + index + "/_refresh", null);
    }

    @Test
    void aBulkDumpRestoresTheIndex() throws Exception {
        Spillway.export(cluster, index, folder, "--format", "bulk", "--part-documents", "300")
                .succeeded();
        Dump dump = Dump.only(folder, "records");
        String copy = cluster.newIndex(INDEX);
        for (Path part : parts(dump)) {
            try (InputStream in = Compression.parse("gzip", null).decompress(Files.newInputStream(part))) {
                cluster.bulk(copy, in.readAllBytes());
            }
        }
        cluster.request("POST", "/" + copy + "/_refresh", null);
        assertThat(documents(copy)).hasSize(DOCUMENTS).isEqualTo(documents(index));
    }

    @Test
    void eachLineMayIdentifyItsDocument() throws Exception {
        Spillway.export(cluster, index, folder, "--with-id").succeeded();
        Map<String, String> lines = new TreeMap<>();
        for (String line : Dump.only(folder, "records").lines()) {
            JsonNode json = JSON.readTree(line.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(json.path("_index").asText()).isEqualTo(index);
            lines.put(json.path("_id").asText(), json.path("_routing").asText("") + " " + json.path("_source"));
        }
        assertThat(lines).isEqualTo(documents(index));
        assertThat(Dump.only(folder, "records")
                        .manifest()
                        .path("formats")
                        .path(0)
                        .path("options")
                        .path("id")
                        .asText())
                .isEqualTo("_id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd", "xz", "bzip2", "none"})
    void everyFormatOfOnePassHoldsTheSameDocuments(String compression) throws Exception {
        Spillway.export(
                        cluster,
                        index,
                        folder,
                        "--format",
                        "jsonl,csv,bulk,tar,parquet",
                        "--compression",
                        compression,
                        "--slices",
                        "3")
                .succeeded();
        Dump dump = Dump.only(folder, "records");
        Map<String, Long> documents = new TreeMap<>();
        dump.manifest()
                .path("parts")
                .forEach(part -> documents.merge(
                        part.path("format").asText(), part.path("documents").asLong(), Long::sum));
        assertThat(documents).isEqualTo(Map.of("jsonl", 700L, "csv", 700L, "bulk", 700L, "tar", 700L, "parquet", 700L));
        Spillway.run("verify", dump.folder().toString()).succeeded();
    }

    @Test
    void aCsvHasTheColumnsOfTheMappingAndTheDigitsOfTheSource() throws Exception {
        Spillway.export(cluster, index, folder, "--format", "csv", "--compression", "none")
                .succeeded();
        Dump dump = Dump.only(folder, "records");
        String csv = Files.readString(parts(dump).get(0));
        assertThat(csv).startsWith("author.name,n,price,title\r\n");
        assertThat(csv).contains("\"[\"\"A\"\",\"\"B5\"\"]\",5,1.10,\"say \"\"hi\"\", 5\nü\"\r\n");
        JsonNode format = dump.manifest().path("formats").path(0);
        assertThat(format.path("left_out").toString()).isEqualTo("{\"big\":700,\"unmapped\":70}");
        assertThat(format.path("options").path("columns").toString())
                .isEqualTo("[\"author.name\",\"n\",\"price\",\"title\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd", "none"})
    void duckDbReadsEveryRowOfACsv(String compression) throws Exception {
        Spillway.export(cluster, index, folder, "--format", "csv", "--compression", compression, "--slices", "3")
                .succeeded();
        Set<List<String>> rows = new HashSet<>();
        for (Path part : parts(Dump.only(folder, "records"))) {
            List<List<String>> read = DuckDb.rows(part, 4);
            assertThat(read.get(0)).containsExactly("author.name", "n", "price", "title");
            read.stream().skip(1).forEach(row -> assertThat(rows.add(row)).isTrue());
        }
        Set<List<String>> expected = new HashSet<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            expected.add(List.of("[\"A\",\"B" + i + "\"]", "" + i, "1.10", "say \"hi\", " + i + "\nü"));
        }
        assertThat(rows).isEqualTo(expected);
    }

    @Test
    void duckDbReadsEveryRowOfAllParquetFiles() throws Exception {
        Spillway.export(
                        cluster,
                        index,
                        folder,
                        "--format",
                        "parquet",
                        "--slices",
                        "3",
                        "--part-documents",
                        "100",
                        "--list",
                        "author",
                        "--with-id",
                        "--with-source")
                .succeeded();
        Dump dump = Dump.only(folder, "records");
        assertThat(parts(dump)).hasSizeGreaterThan(6);
        List<String> rows = DuckDb.texts(
                dump.folder(),
                "SELECT n || ' ' || price || ' ' || title || ' ' || author[2].name || ' ' || _rest FROM '*.parquet' ORDER BY n");
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            expected.add(i + " 1.1 say \"hi\", " + i + "\nü B" + i + " {"
                    + (i % 10 == 0 ? "\"unmapped\":{\"x\":1}," : "")
                    + "\"big\":123456789012345678901234567890}");
        }
        assertThat(rows).isEqualTo(expected);
        Map<String, String> documents = new TreeMap<>();
        List<String> sources = DuckDb.texts(dump.folder(), "SELECT _source FROM '*.parquet' ORDER BY _id");
        List<String> others =
                DuckDb.texts(dump.folder(), "SELECT coalesce(_routing, '') || ' ' FROM '*.parquet' ORDER BY _id");
        List<String> ids = DuckDb.texts(dump.folder(), "SELECT _id FROM '*.parquet' ORDER BY _id");
        for (int i = 0; i < ids.size(); i++) {
            documents.put(ids.get(i), others.get(i) + JSON.readTree(sources.get(i)));
        }
        assertThat(documents).isEqualTo(documents(index));
    }

    @Test
    void tarAndPythonReadEveryDocumentOfAnArchive() throws Exception {
        Spillway.export(cluster, index, folder, "--format", "tar", "--slices", "3", "--part-documents", "100")
                .succeeded();
        Dump dump = Dump.only(folder, "records");
        Path unpacked = Files.createDirectory(folder.resolve("unpacked"));
        for (Path part : parts(dump)) {
            assertThat(part.toString()).endsWith(".tar.gz");
            run("tar", "tzf", part.toString());
            assertThat(run("tar", "xzf", part.toString(), "-C", unpacked.toString()))
                    .isEmpty();
        }
        assertThat(parts(dump)).hasSizeGreaterThan(6);
        assertThat(run("sh", "-c", "ls " + unpacked + "/*/records_batch_*.json").lines())
                .hasSameSizeAs(parts(dump));
        assertThat(tarDocuments(dump)).hasSize(DOCUMENTS).containsExactlyInAnyOrderElementsOf(sources(index));
    }

    @Test
    void anArchiveOfNoDocumentsHoldsAnEmptyArray() throws Exception {
        Spillway.export(cluster, index, folder, "--format", "tar", "--query", "{\"match_none\":{}}", "--allow-empty")
                .succeeded();
        Dump dump = Dump.only(folder, "records");
        assertThat(tarDocuments(dump)).isEmpty();
        assertThat(run("tar", "xzOf", parts(dump).get(0).toString())).isEqualTo("[]\n");
        Spillway.run("verify", dump.folder().toString()).succeeded();
    }

    @Test
    void aColumnThatIsInNeitherTheMappingNorADocumentIsRefused() throws Exception {
        var outcome = Spillway.export(cluster, index, folder, "--format", "csv", "--columns", "n,titel");
        outcome.refused(3);
        assertThat(outcome.err()).contains("titel").contains("title");
        Dump.assertNothingPublished(folder);
    }

    @Test
    void aFieldWithoutAColumnStopsTheRunIfTheScheduleRequiresIt() throws Exception {
        Path schedule = Files.writeString(
                folder.resolve("records.yaml"), """
                dataset: records
                source: {elasticsearch: "%s", index: %s}
                formats: [{csv: {columns: [n, title, price, author], unlisted: stop}}]
                destinations: [{directory: "%s"}]
                """.formatted(cluster.url(), index, folder.resolve("dumps")));
        var outcome = Spillway.run("export", schedule.toString());
        outcome.refused(32);
        assertThat(outcome.err()).containsAnyOf("\"unmapped\"", "\"big\"");
        Dump.assertNothingPublished(folder.resolve("dumps"));
    }

    @Test
    void theSameSnapshotAndOptionsGiveTheSameBytes() throws Exception {
        Path second = folder.resolve("second");
        Spillway.export(cluster, index, folder.resolve("first"), "--format", "jsonl,csv", "--slices", "3")
                .succeeded();
        Spillway.export(cluster, index, second, "--format", "jsonl,csv", "--slices", "3")
                .succeeded();
        assertThat(hashes(Dump.only(second, "records")))
                .isEqualTo(hashes(Dump.only(folder.resolve("first"), "records")));
    }

    private static List<String> hashes(Dump dump) throws IOException {
        List<String> hashes = new ArrayList<>();
        dump.manifest()
                .path("parts")
                .forEach(part -> hashes.add(part.path("sha256").asText()));
        return hashes;
    }

    private static List<Path> parts(Dump dump) throws IOException {
        assertThat(Files.exists(dump.folder().resolve(Manifest.FILE_NAME))).isTrue();
        return dump.partNames().stream().map(dump.folder()::resolve).toList();
    }

    /** Every document of every archive as Python reads it and Jackson prints it. Skips the test without Python. */
    private List<String> tarDocuments(Dump dump) throws Exception {
        Path script = Files.writeString(folder.resolve("read.py"), """
                import json, sys, tarfile
                for part in sys.argv[1:]:
                    with tarfile.open(part, 'r:*') as tar:
                        for entry in tar:
                            assert entry.isreg() and entry.mtime > 1e9 and entry.uid == 0 and entry.uname == ''
                            for document in json.load(tar.extractfile(entry)):
                                print(json.dumps(document))
                """);
        List<String> command = new ArrayList<>(List.of("python3", script.toString()));
        parts(dump).forEach(part -> command.add(part.toString()));
        List<String> documents = new ArrayList<>();
        for (String line : run(command.toArray(String[]::new)).lines().toList()) {
            documents.add(JSON.readTree(line).toString());
        }
        return documents;
    }

    private static List<String> sources(String of) throws IOException, InterruptedException {
        return documents(of).values().stream()
                .map(document -> document.substring(document.indexOf('{')))
                .toList();
    }

    /**
     * The output of a command of this machine, errors included. Skips the test if the command is missing, fails it if
     * the command fails.
     */
    private String run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException e) {
            return Assumptions.abort("there is no " + command[0] + " command here: " + e.getMessage());
        }
        assertThat(process.waitFor()).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }

    /** The routing and source of each document by its id, fetched from the server in one page. */
    private static Map<String, String> documents(String of) throws IOException, InterruptedException {
        JsonNode answer = JSON.readTree(cluster.request("POST", "/" + of + "/_search?size=10000", null));
        Map<String, String> documents = new TreeMap<>();
        answer.path("hits")
                .path("hits")
                .forEach(hit -> documents.put(
                        hit.path("_id").asText(), hit.path("_routing").asText("") + " " + hit.path("_source")));
        return documents;
    }
}
