package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import io.spillway.support.Dump;
import io.spillway.support.Spillway;
import io.spillway.support.TestCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How formats handle unusual documents and mappings, and how the files of a dump describe it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FormatCasesIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String SUBOBJECTS = """
            {"mappings":{"properties":{"m":{"type":"object","subobjects":false,"properties":{
             "time":{"type":"long"},"time.min":{"type":"long"},"time.max":{"type":"long"}}}}}}
            """;
    private static final String CLOSED = """
            {"mappings":{"dynamic":false,"properties":{"text":{"type":"keyword"}}}}
            """;

    private static TestCluster cluster;

    @TempDir
    Path folder;

    @BeforeAll
    static void server() {
        cluster = TestCluster.shared();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                ";m.time,m.time.max,m.time.min|10,500,1|11,,2",
                "m.time,m.time.min,m.time.max;m.time,m.time.min,m.time.max|10,1,500|11,2,",
                "m.time.max,m.time;m.time.max,m.time|,11|500,10"
            })
    void fieldsWithACommonPrefixHaveAColumnEach(String columns, String lines) throws Exception {
        String index = index(
                SUBOBJECTS,
                "{\"m\":{\"time\":10,\"time.min\":1,\"time.max\":500}}",
                "{\"m.time\":11,\"m.time.min\":2}");
        String[] more = columns == null ? new String[0] : new String[] {"--columns", columns};
        assertThat(csv(index, more)).containsExactlyInAnyOrder(lines.split("\\|"));
    }

    @Test
    void fieldsThatOnlyDocumentsHaveMayBeColumns() throws Exception {
        String index = index(CLOSED, "{\"text\":\"t1\",\"unmapped\":\"u1\",\"deep\":{\"x\":1}}", "{\"text\":\"t2\"}");
        assertThat(csv(index, "--columns", "text,unmapped,deep.x"))
                .containsExactlyInAnyOrder("text,unmapped,deep.x", "t1,u1,1", "t2,,");
    }

    @Test
    void fieldsThatOnlyDocumentsHaveMayBeIncludedAndColumns() throws Exception {
        String index = index(CLOSED, "{\"text\":\"t1\",\"unmapped\":\"u1\",\"deep\":{\"x\":1}}", "{\"text\":\"t2\"}");
        assertThat(csv(index, "--columns", "unmapped,deep.x", "--include", "unmapped,deep.x", "--unlisted", "withhold"))
                .containsExactlyInAnyOrder("unmapped,deep.x", "u1,1", ",");
        var outcome = export(index, "--columns", "text,unmapped", "--include", "text", "--unlisted", "withhold");
        outcome.refused(32);
        assertThat(outcome.err()).contains("unmapped").contains("fields.include");
    }

    @Test
    void aColumnThatNoDocumentHasStopsTheRunAndTheNearestNameIsSuggested() throws Exception {
        String index = index(CLOSED, "{\"text\":\"t1\",\"unmapped\":\"u1\"}");
        var outcome = export(index, "--columns", "text,unmaped,txet");
        outcome.refused(3);
        assertThat(outcome.err()).contains("\"txet\" (did you mean \"text\"?)", "\"unmaped\"");
        Dump.assertNothingPublished(folder);
    }

    @Test
    void withAMappingThatAcceptsEveryFieldOtherColumnsAreRefusedBeforeAnythingIsRead() throws Exception {
        String index = index("{\"mappings\":{\"properties\":{\"text\":{\"type\":\"keyword\"}}}}", "{\"text\":\"a\"}");
        var outcome = export(index, "--columns", "text,unmapped");
        outcome.refused(3);
        assertThat(outcome.err()).contains("column \"unmapped\" is not a field of the mapping");
    }

    @Test
    void fieldsBeyondTheFieldLimitOfTheMappingMayBeColumns() throws Exception {
        String index = index("""
                {"settings":{"index.mapping.total_fields.limit":1,
                  "index.mapping.total_fields.ignore_dynamic_beyond_limit":true},
                 "mappings":{"properties":{"text":{"type":"keyword"}}}}
                """, "{\"text\":\"a\",\"more\":5}");
        assertThat(csv(index, "--columns", "text,more")).containsExactlyInAnyOrder("text,more", "a,5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"enabled\":false}",
                "{\"runtime\":{\"more\":{\"type\":\"keyword\"}},\"properties\":{\"text\":{\"type\":\"keyword\"}}}",
                "{\"dynamic_templates\":[{\"all\":{\"match_mapping_type\":\"*\",\"runtime\":{}}}]}",
            })
    void fieldsThatTheMappingDoesNotParseOrReadsAtRuntimeMayBeColumns(String mapping) throws Exception {
        String index = index("{\"mappings\":" + mapping + "}", "{\"text\":\"a\",\"more\":\"b\"}");
        assertThat(csv(index, "--columns", "text,more")).containsExactlyInAnyOrder("text,more", "a,b");
    }

    @Test
    void theIdIsAColumnOnRequest() throws Exception {
        String index = index(CLOSED, "{\"text\":\"a\"}", "{\"text\":\"b\"}");
        assertThat(csv(index, "--with-id")).containsExactlyInAnyOrder("_id,text", "0,a", "1,b");
        assertThat(csv(index, "--columns", "text,_id,_index,_routing"))
                .containsExactlyInAnyOrder("text,_id,_index,_routing", "a,0," + index + ",", "b,1," + index + ",");
    }

    @ParameterizedTest
    @ValueSource(strings = {"csv --with-id", "csv --columns=_id,text", "csv --columns=text,_routing", "tar --with-id"})
    void idsArePublishedOnlyIfARuleNamesThem(String options) throws Exception {
        String index = index(CLOSED, "{\"text\":\"a\"}");
        String[] words = options.split(" ", -1);
        String[] rules = {"--format", words[0], words[1], "--include", "text"};
        Spillway.export(cluster, index, folder, rules).refused(32);
        rules[4] = "text,_id,_routing";
        Spillway.export(cluster, index, folder, rules).succeeded();
    }

    @Test
    void anElementOfAnArchiveMayIdentifyItsDocument() throws Exception {
        String index = index(CLOSED, "{\"text\":\"a\"}");
        Spillway.export(cluster, index, folder, "--format", "tar", "--with-id", "--compression", "none")
                .succeeded();
        Dump dump = Dump.only(folder, "records");
        Path part = dump.folder().resolve(dump.partNames().get(0));
        assertThat(Files.readString(part, StandardCharsets.ISO_8859_1))
                .contains("[\n{\"_id\":\"0\",\"_index\":\"" + index + "\",\"_source\":{\"text\":\"a\"}}\n]\n");
        assertThat(Files.readString(dump.folder().resolve("README.md"))).contains("An element has the document under");
    }

    @Test
    void aBulkPartIsARequestThatTheServerAccepts() throws Exception {
        String index = cluster.newIndex("""
                {"settings":{"number_of_replicas":0},"mappings":{"properties":{"s":{"type":"keyword","index":false,
                 "doc_values":false}}}}
                """);
        String large = "x".repeat(9_000_000);
        for (int i = 0; i < 13; i++) {
            String line = "{\"index\":{\"_id\":\"" + i + "\"}}\n{\"s\":\"" + large + "\"}\n";
            cluster.bulk(index, line.getBytes(StandardCharsets.UTF_8));
        }
        cluster.request("POST", "/" + index + "/_refresh", null);
        Spillway.export(cluster, index, folder, "--format", "bulk", "--slices", "1")
                .succeeded();
        Dump dump = Dump.only(folder, "records");
        List<Long> lengths = new ArrayList<>();
        dump.manifest()
                .path("parts")
                .forEach(part -> lengths.add(part.path("bytes_uncompressed").asLong()));
        assertThat(lengths).hasSize(3).allMatch(length -> length <= 50 << 20);

        String copy = cluster.newIndex("{\"settings\":{\"number_of_replicas\":0}}");
        assertThat(bash(dump, copy)).isEqualTo("{\"errors\":false}".repeat(3));
        cluster.request("POST", "/" + copy + "/_refresh", null);
        assertThat(JSON.readTree(cluster.request("GET", "/" + copy + "/_count", null))
                        .path("count")
                        .asInt())
                .isEqualTo(13);
        cluster.request("DELETE", "/" + index, null);
        cluster.request("DELETE", "/" + copy, null);
    }

    @Test
    void aBulkPartOfCreatesDoesNotOverwriteADocument() throws Exception {
        String index = index(CLOSED, "{\"text\":\"a\"}");
        Path schedule = Files.writeString(
                folder.resolve("records.yaml"), """
                dataset: records
                source: {elasticsearch: "%s", index: %s}
                formats: [{bulk: {action: create, compression: none}}]
                destinations: [{directory: "%s"}]
                """.formatted(cluster.url(), index, folder.resolve("dumps")));
        Spillway.run("export", schedule.toString()).succeeded();
        Dump dump = Dump.only(folder.resolve("dumps"), "records");
        String copy = cluster.newIndex(CLOSED);
        assertThat(bash(dump, copy)).isEqualTo("{\"errors\":false}");
        assertThat(bash(dump, copy)).contains("\"errors\":true").contains("version_conflict_engine_exception");
    }

    @Test
    void aDataStreamAcceptsABulkPartOfCreates() throws Exception {
        String stream = "stream-" + System.nanoTime();
        String template = "{\"index_patterns\":[\"%s\"],\"data_stream\":{},\"priority\":900}".formatted(stream);
        cluster.send(
                "PUT", "/_index_template/" + stream, template.getBytes(StandardCharsets.UTF_8), "application/json");
        int made = cluster.send("PUT", "/_data_stream/" + stream, null, null).statusCode();
        Assumptions.assumeTrue(made == 200, "this server has no data streams: its archive lacks their module");
        String index = index("{}", "{\"@timestamp\":\"2026-11-21T03:00:00Z\"}", "{\"@timestamp\":1}");
        Path schedule = Files.writeString(
                folder.resolve("records.yaml"), """
                dataset: records
                source: {elasticsearch: "%s", index: %s}
                formats: [{bulk: {action: create, compression: none}}]
                destinations: [{directory: "%s"}]
                """.formatted(cluster.url(), index, folder.resolve("dumps")));
        Spillway.run("export", schedule.toString()).succeeded();

        assertThat(bash(Dump.only(folder.resolve("dumps"), "records"), stream)).isEqualTo("{\"errors\":false}");

        Path streamed = folder.resolve("streamed");
        Spillway.export(cluster, stream, streamed, "--format", "bulk", "--compression", "none")
                .succeeded();
        Dump again = Dump.only(streamed, "records");
        assertThat(again.folder().resolve(again.partNames().get(0))).content().startsWith("{\"create\":{\"_id\":");
    }

    /** The files of a dump describe documents as indexed if they are, and as altered if they are. */
    @ParameterizedTest
    @CsvSource({
        "'',0",
        "--include=text;--unlisted=withhold,2",
        "--exclude=a*;--unlisted=publish,1",
        "--exclude=nothing*;--unlisted=publish,0",
        "--query={\"term\":{\"text\":\"t1\"}},0"
    })
    void theFilesOfADumpStateWhetherDocumentsWereAltered(String options, int altered) throws Exception {
        String index =
                index(CLOSED, "{\"text\":\"t1\",\"b\":1}", "{\"text\":\"t2\",\"a\":[{\"c\":1}]}", "{\"text\":\"t3\"}");
        List<String> more = new ArrayList<>(List.of("--compression", "none"));
        Stream.of(options.split(";")).filter(option -> !option.isEmpty()).forEach(more::add);
        Spillway.export(cluster, index, folder, more.toArray(String[]::new)).succeeded();
        Dump dump = Dump.only(folder, "records");
        String readme = Files.readString(dump.folder().resolve("README.md"));
        JsonNode source = dump.manifest().path("source");
        assertThat(source.path("altered").asInt(-1)).isEqualTo(altered);
        assertThat(source.path("filtered").asBoolean()).isEqualTo(options.contains("--query"));
        assertThat(readme.contains("Documents are published as they were indexed."))
                .isEqualTo(altered == 0);
        assertThat(readme.contains(altered + " of 3 documents were altered")).isEqualTo(altered > 0);
        assertThat(readme.contains("A query or a routing chose the documents")).isEqualTo(options.contains("--query"));
        if (options.startsWith("--include")) {
            assertThat(Files.readString(dump.folder().resolve("manifest.json")) + readme)
                    .doesNotContain("\"b\"", "\"a\"", "a.c");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--columns=text",
                "--endpoint=http://127.0.0.1:1",
                "--region=x",
                "--path-style",
                "--access-key=${env:X}",
                "--secret-key=${env:X}"
            })
    void anOptionWithoutEffectIsRefused(String option) {
        var outcome = Spillway.run(
                "export", "--elasticsearch", "http://127.0.0.1:1", "--index", "x", "--to", folder.toString(), option);
        outcome.refused(2);
        assertThat(outcome.err()).contains(option.split("=", -1)[0] + " has no effect");
    }

    private Spillway.Outcome export(String index, String... more) {
        List<String> options = new ArrayList<>(List.of("--format", "csv", "--compression", "none"));
        options.addAll(List.of(more));
        return Spillway.export(cluster, index, folder, options.toArray(String[]::new));
    }

    /** The lines of all parts of the newest dump, each header once. */
    private SortedSet<String> csv(String index, String... more) throws IOException {
        export(index, more).succeeded();
        TreeSet<String> lines = new TreeSet<>();
        try (Stream<Path> dumps = Files.list(folder.resolve("records"))) {
            Path newest = dumps.filter(
                            path -> Files.exists(path.resolve("manifest.json")) && !Files.isSymbolicLink(path))
                    .max(Path::compareTo)
                    .orElseThrow();
            try (Stream<Path> files = Files.list(newest)) {
                for (Path part :
                        files.filter(file -> file.toString().endsWith(".csv")).toList()) {
                    lines.addAll(Files.readAllLines(part));
                }
            }
        }
        return lines;
    }

    private static String index(String body, String... documents) throws IOException, InterruptedException {
        String index = cluster.newIndex(body);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < documents.length; i++) {
            lines.append("{\"index\":{\"_id\":\"" + i + "\"}}\n" + documents[i] + "\n");
        }
        cluster.bulk(index, lines.toString().getBytes(StandardCharsets.UTF_8));
        cluster.request("POST", "/" + index + "/_refresh", null);
        return index;
    }

    @Test
    void aBulkPartRejectedByABusyServerIsSentAgainAndNoneIsSkipped() throws Exception {
        String index = index(CLOSED, "{\"text\":\"a\"}", "{\"text\":\"b\"}");
        Spillway.export(cluster, index, folder, "--format", "bulk", "--slices", "1", "--part-documents", "1")
                .succeeded();
        Dump dump = Dump.only(folder, "records");
        Queue<Integer> statuses = new ArrayDeque<>(List.of(200, 429, 200));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(statuses.isEmpty() ? 400 : statuses.remove(), -1);
            exchange.close();
        });
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort();
            bash(dump, url, "copy");
            assertThat(statuses).isEmpty();
            assertThat(bash(dump, url, "copy")).containsOnlyOnce("rejected: ").contains(".00001.bulk.ndjson");
        } finally {
            server.stop(0);
        }
    }

    private static String bash(Dump dump, String index) throws IOException, InterruptedException {
        return bash(dump, cluster.url().toString(), index);
    }

    /**
     * Runs the commands for bulk parts from the README of a dump, in its folder, and returns what the server answered and
     * which part the commands reported as rejected. curl also reports each retry, which is not returned.
     */
    private static String bash(Dump dump, String server, String index) throws IOException, InterruptedException {
        String readme = Files.readString(dump.folder().resolve("README.md"));
        String commands = readme.substring(readme.indexOf("for part in"));
        Path errors = Files.createTempFile("bulk", ".err");
        ProcessBuilder bash = new ProcessBuilder("bash", "-c", commands.substring(0, commands.indexOf("```")))
                .directory(dump.folder().toFile())
                .redirectError(errors.toFile());
        bash.environment().put("SERVER", server);
        bash.environment().put("INDEX", index);
        Process process = bash.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        List<String> told = Files.readAllLines(errors);
        Files.delete(errors);
        return output
                + told.stream().filter(line -> line.startsWith("rejected: ")).collect(Collectors.joining("\n"));
    }
}
