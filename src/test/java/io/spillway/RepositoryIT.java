package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.dataformat.smile.databind.SmileMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.spillway.support.Dump;
import io.spillway.support.EdgeSet;
import io.spillway.support.Scroll;
import io.spillway.support.SnapshotRepository;
import io.spillway.support.Spillway;
import io.spillway.support.Spillway.Outcome;
import io.spillway.support.TestCluster;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A dump from a snapshot repository has the same lines as a dump through the server's API: index, id, routing and source, byte
 * for byte.
 */
@ParameterizedClass(name = "{0}")
@ValueSource(
        strings = {
            "elasticsearch-7.17.29",
            "elasticsearch-8.19.21",
            "elasticsearch-9.5.3",
            "opensearch-1.3.20",
            "opensearch-2.19.4",
            "opensearch-3.6.0"
        })
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RepositoryIT {
    private static final int DOCUMENTS = 300;
    private static final int HEAP_MEBIBYTES = 128;
    private static final Set<String> WITH_LUCENE_10 = Set.of("elasticsearch-9.5.3", "opensearch-3.6.0");
    /** Without points in time, so a scroll of the test reads its API. */
    private static final String WITHOUT_SNAPSHOTS = "opensearch-1.3.20";

    @Parameter
    private String server;

    @TempDir
    private Path folder;

    private TestCluster cluster;

    /** {@code -Dspillway.server=NAME} runs the contract on one server alone. */
    @BeforeEach
    void start() {
        String only = System.getProperty("spillway.server", server);
        Assumptions.assumeTrue(only.equals(server), "only " + only + " was asked for");
        cluster = TestCluster.of(server);
    }

    /** All of them in one snapshot, which is read once, because each export takes a while on a busy machine. */
    @Test
    void documentsOfEveryKindOfIndexAreThoseOfTheApi() throws Exception {
        List<String> indices = new ArrayList<>(List.of(
                changed("\"number_of_shards\": 3", ""),
                merged("\"number_of_shards\": 1"),
                merged("\"number_of_shards\": 1, \"codec\": \"best_compression\""),
                changed(
                        "\"number_of_shards\": 2, \"sort.field\": \"n\", \"sort.order\": \"desc\"",
                        "\"properties\": {\"n\": {\"type\": \"long\"}}"),
                nestedAndRouted(),
                inSeveralFiles(),
                withAFailedDocument(),
                inOtherFormats(),
                newIndex("\"number_of_shards\": 2", "")));
        if (server.startsWith("elasticsearch-8")) {
            indices.add(changed("\"number_of_shards\": 1, \"codec\": \"legacy_best_compression\"", ""));
        }
        if (server.startsWith("elasticsearch-8") || server.startsWith("elasticsearch-9")) {
            indices.add(withVectors(
                    server.startsWith("elasticsearch-9") ? ", \"mapping.exclude_source_vectors\": false" : ""));
        }
        if (server.startsWith("elasticsearch-7")) {
            // Its deleted documents are in lists of their own.
            indices.add(changed("\"number_of_shards\": 1, \"soft_deletes.enabled\": false", ""));
        }
        if (!server.equals(WITHOUT_SNAPSHOTS)) {
            String hostile = EdgeSet.newIndex(cluster, 3);
            EdgeSet.loadAccepted(cluster, hostile, EdgeSet.all());
            indices.add(hostile);
        }

        // A blob has at most so many bytes, so that files are in several parts.
        assertEqualToTheApi(
                cluster.newRepository("\"chunk_size\": \"4kb\""), String.join(",", indices), "--slices", "7");
    }

    private String changed(String settings, String mapping) throws Exception {
        String index = newIndex(settings, mapping);
        fill(index, 0, "a text that can be compressed a text that can be compressed");
        change(index);
        return index;
    }

    /** Deleted documents are in the segment itself, and in a list that came later. */
    private String merged(String settings) throws Exception {
        String index = changed(settings, "");
        cluster.request("POST", "/" + index + "/_forcemerge?max_num_segments=1", null);
        change(index);
        return index;
    }

    private String nestedAndRouted() throws Exception {
        String index = newIndex("\"number_of_shards\": 3", "\"properties\": {\"kids\": {\"type\": \"nested\"}}");
        StringBuilder bulk = new StringBuilder();
        for (int i = 0; i < DOCUMENTS; i++) {
            // One id under several routings, ids of digits, in base64url and as text.
            String id = List.of("", "0", "a-b_", "é ").get(i % 4) + i / 3;
            bulk.append("{\"index\":{\"_id\":\"%s\",\"routing\":\"r%d\"}}%n".formatted(id, i % 3));
            bulk.append("{\"n\": %d, \"kids\": [{\"k\":1}, {\"k\":%d}]}%n".formatted(i, i));
        }
        bulk(index, bulk);
        return index;
    }

    /** A segment whose files are not in one. */
    private String inSeveralFiles() throws Exception {
        String index = newIndex("\"number_of_shards\": 1", "");
        cluster.request("PUT", "/" + index + "/_settings", "{\"index.compound_format\": false}");
        fill(index, 0, "first");
        cluster.request("POST", "/" + index + "/_forcemerge?max_num_segments=1", null);
        change(index);
        return index;
    }

    private String withVectors(String settings) throws Exception {
        String index = newIndex(
                "\"number_of_shards\": 1" + settings,
                "\"properties\": {\"v\": {\"type\": \"dense_vector\", \"dims\": 3}}");
        StringBuilder bulk = new StringBuilder();
        for (int i = 0; i < DOCUMENTS; i++) {
            bulk.append("{\"index\":{}}%n{\"v\": [0.10, 1.50e0, %d], \"text\": \"a\"}%n".formatted(i + 1));
        }
        bulk(index, bulk);
        return index;
    }

    @Test
    void vectorsThatAreKeptOutsideOfTheDocumentsAreRefused() throws Exception {
        Assumptions.assumeTrue(server.startsWith("elasticsearch-9"), "keeps vectors in the documents");
        String index = withVectors("");
        SnapshotRepository repository = cluster.newRepository("");
        repository.take("vectors", index);

        Outcome refused = run(
                        "export",
                        "--snapshot-repository",
                        repository.directory().toString(),
                        "--index",
                        index,
                        "--to",
                        folder.resolve("vectors").toString())
                .refused(12);
        assertThat(refused.err())
                .contains("leaves vectors out of _source", "v (dense_vector)", "source.vectors: rebuilt");
    }

    /** Kinds of indices that keep less than what was indexed, by the reason that the refusal names. */
    private Map<String, List<String>> withoutDocuments() {
        Map<String, List<String>> kinds = new LinkedHashMap<>();
        kinds.put("_source is disabled", List.of("", "\"_source\": {\"enabled\": false}"));
        kinds.put("includes or excludes", List.of("", "\"_source\": {\"excludes\": [\"secret\"]}"));
        if (server.startsWith("elasticsearch-8") || server.startsWith("elasticsearch-9")) {
            kinds.put("source.mode synthetic", List.of(", \"mapping.source.mode\": \"synthetic\"", ""));
            kinds.put("index.mode logsdb", List.of(", \"mode\": \"logsdb\"", ""));
            kinds.put(
                    "index.mode time_series",
                    List.of(
                            ", \"mode\": \"time_series\", \"routing_path\": [\"host\"]",
                            "\"properties\": {\"host\": {\"type\": \"keyword\", \"time_series_dimension\": true}}"));
        }
        if (server.startsWith("elasticsearch-9")) {
            kinds.put("index.mode columnar", List.of(", \"mode\": \"columnar\"", ""));
        } else if (server.startsWith("opensearch-3")) {
            kinds.put("derived", List.of(", \"derived_source.enabled\": true", ""));
        }
        return kinds;
    }

    @Test
    void indicesThatDoNotStoreTheirDocumentsAreRefused() throws Exception {
        Map<String, String> reasons = new LinkedHashMap<>();
        for (Map.Entry<String, List<String>> kind : withoutDocuments().entrySet()) {
            String index = newIndex(
                    "\"number_of_shards\": 1" + kind.getValue().get(0),
                    kind.getValue().get(1));
            bulk(
                    index,
                    new StringBuilder("{\"create\":{}}\n{\"@timestamp\":\"%s\",\"host\":\"h\",\"secret\":\"canary\"}\n"
                            .formatted(Instant.now())));
            reasons.put(index, kind.getKey());
        }
        SnapshotRepository repository = cluster.newRepository("");
        repository.take("all", String.join(",", reasons.keySet()));

        for (Map.Entry<String, String> each : reasons.entrySet()) {
            Path target = folder.resolve(each.getKey());
            Outcome refused = run(
                            "export",
                            "--snapshot-repository",
                            repository.directory().toString(),
                            "--index",
                            each.getKey(),
                            "--to",
                            target.toString())
                    .refused(12);
            assertThat(refused.err()).contains(each.getKey(), each.getValue()).doesNotContain("canary");
            Dump.assertNothingPublished(target);
        }
    }

    private String withAFailedDocument() throws Exception {
        String index = newIndex("\"number_of_shards\": 1", "\"properties\": {\"word\": {\"type\": \"keyword\"}}");
        fill(index, 0, "first");
        byte[] tooLong = ("{\"word\":\"" + "x".repeat(40_000) + "\"}").getBytes(StandardCharsets.UTF_8);
        assertThat(cluster.send("PUT", "/" + index + "/_doc/bad", tooLong, "application/json")
                        .statusCode())
                .isEqualTo(400);
        cluster.request("POST", "/" + index + "/_refresh", null);
        return index;
    }

    private String inOtherFormats() throws Exception {
        String index = newIndex("\"number_of_shards\": 1", "\"enabled\": false");
        if (server.equals(WITHOUT_SNAPSHOTS)) {
            return index;
        }
        for (String type : List.of("application/cbor", "application/smile", "application/yaml")) {
            assertThat(cluster.send(
                                    "PUT",
                                    "/" + index + "/_doc/" + type.substring(type.indexOf('/') + 1),
                                    inOtherFormat(type),
                                    type)
                            .statusCode())
                    .as(type)
                    .isEqualTo(201);
        }
        cluster.request("POST", "/" + index + "/_refresh", null);
        return index;
    }

    @Test
    void aLaterSnapshotSharesFilesWithAnEarlierOne() throws Exception {
        String index = newIndex("\"number_of_shards\": 2", "");
        SnapshotRepository repository = cluster.newRepository("");
        fill(index, 0, "first");
        // By name, the older snapshot comes after the newer one, "compared".
        repository.take("one", index);
        List<String> before = exportFrom(repository, "one", index, "first");
        change(index);
        cluster.request("POST", "/" + index + "/_forcemerge?max_num_segments=1", null);
        fill(index, DOCUMENTS, "second");

        assertEqualToTheApi(repository, index);
        assertThat(exportFrom(repository, "one", index, "again")).isEqualTo(before);
    }

    @Test
    void aClosedIndexIsRead() throws Exception {
        String index = newIndex("\"number_of_shards\": 2", "");
        fill(index, 0, "first");
        change(index);
        List<String> open = api("api", index);
        cluster.request("POST", "/" + index + "/_close", null);
        SnapshotRepository repository = cluster.newRepository("");
        repository.take("closed", index);

        assertThat(exportFrom(repository, "closed", index, "files")).isEqualTo(open);
    }

    @Test
    void aliasesPatternsAndDataStreamsResolveAsOnTheServer() throws Exception {
        String one = newIndex("\"number_of_shards\": 1", "");
        String two = newIndex("\"number_of_shards\": 2", "");
        String hidden = newIndex("\"number_of_shards\": 1, \"hidden\": true", "");
        for (String index : List.of(one, two, hidden)) {
            fill(index, 0, index);
        }
        String alias = "alias-of-" + one;
        cluster.request("PUT", "/" + one + "/_alias/" + alias, null);
        cluster.request("PUT", "/" + two + "/_alias/" + alias, null);
        String stream = "stream-" + one;
        // The build of version 7 on Maven Central has no data streams.
        boolean streams = !server.startsWith("elasticsearch-7");
        if (streams) {
            newDataStream(stream);
        }
        SnapshotRepository repository = cluster.newRepository("");
        repository.take("all", String.join(",", one, two, hidden) + (streams ? "," + stream : ""));

        List<String> names = new ArrayList<>(List.of(alias, "alias-of*" + one, one + "*,-" + two, two + "," + one));
        if (streams) {
            names.addAll(List.of(stream, "stre*" + one));
        }
        for (String name : names) {
            assertThat(exportFrom(repository, "latest", name, "files-" + name.hashCode()))
                    .as(name)
                    .isNotEmpty()
                    .isEqualTo(api("api-" + name.hashCode(), name));
        }
    }

    private static byte[] inOtherFormat(String type) throws IOException {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("text", "é \"\\\u0001 \uD83D\uDE00");
        document.put("numbers", List.of(1, -1L << 40, 0.1, 1e300, new BigInteger("123456789012345678901234567890")));
        document.put("single", 0.1f);
        document.put("nothing", null);
        document.put("inner", Map.of("yes", true));
        ObjectMapper mapper = switch (type) {
            case "application/cbor" -> new CBORMapper();
            case "application/smile" -> new SmileMapper();
            default -> new YAMLMapper();
        };
        return mapper.writeValueAsBytes(document);
    }

    private void newDataStream(String name) throws Exception {
        cluster.request("PUT", "/_index_template/" + name, """
                {"index_patterns": ["%s"], "data_stream": {}, "priority": 500}
                """.formatted(name));
        bulk(name, new StringBuilder("{\"create\":{}}\n{\"@timestamp\":\"2024-01-01T00:00:00Z\",\"n\":1}\n"));
    }

    /** An index of its own, with these members of its settings and of its mapping. */
    private String newIndex(String settings, String mapping) throws Exception {
        return cluster.newIndex(
                "{\"settings\": {\"number_of_replicas\": 0, %s}, \"mappings\": {%s}}".formatted(settings, mapping));
    }

    private void fill(String index, int from, String text) throws Exception {
        StringBuilder bulk = new StringBuilder();
        for (int i = from; i < from + DOCUMENTS; i++) {
            bulk.append("{\"index\":{\"_id\":\"%d\"}}%n{\"n\": %d, \"text\":\"%s\"}%n".formatted(i, i, text));
        }
        bulk(index, bulk);
    }

    /** Replaces every third document and deletes every fifth, so that segments have lists of deleted documents. */
    private void change(String index) throws Exception {
        StringBuilder bulk = new StringBuilder();
        IntStream.range(0, DOCUMENTS)
                .filter(i -> i % 3 == 0)
                .forEach(i -> bulk.append("{\"index\":{\"_id\":\"%d\"}}%n{\"n\": 1.50, \"i\" : %d}%n".formatted(i, i)));
        IntStream.range(0, DOCUMENTS)
                .filter(i -> i % 5 == 1)
                .forEach(i -> bulk.append("{\"delete\":{\"_id\":\"%d\"}}%n".formatted(i)));
        bulk(index, bulk);
    }

    private void bulk(String index, StringBuilder body) throws IOException, InterruptedException {
        cluster.bulk(index, body.toString().getBytes(StandardCharsets.UTF_8));
        cluster.request("POST", "/" + index + "/_refresh", null);
    }

    /** Takes a snapshot and compares a dump of it with one through the API. */
    private void assertEqualToTheApi(SnapshotRepository repository, String indices, String... more) throws Exception {
        repository.take("compared", indices);
        List<String> api = api("api", indices, more);
        List<String> files = export(
                "files",
                args(more, "--snapshot-repository", repository.directory().toString(), "--index", indices));
        assertThat(files).isEqualTo(api);
    }

    private List<String> exportFrom(SnapshotRepository repository, String snapshot, String name, String target)
            throws Exception {
        return export(
                target,
                "--snapshot-repository",
                repository.directory().toString(),
                "--snapshot",
                snapshot,
                "--index",
                name);
    }

    /** What the server's API returns for a name. */
    private List<String> api(String target, String name, String... more) throws Exception {
        return server.equals(WITHOUT_SNAPSHOTS)
                ? Scroll.lines(cluster.url(), name)
                : export(target, args(more, "--elasticsearch", cluster.url().toString(), "--index", name));
    }

    /** In this process, or on the JDK that runs the server: Lucene 10 needs Java 21. */
    private Outcome run(String... args) throws IOException, InterruptedException {
        return WITH_LUCENE_10.contains(server) && Runtime.version().feature() < 21
                ? Spillway.child(TestCluster.java(server), folder, HEAP_MEBIBYTES, args)
                : Spillway.run(args);
    }

    private static String[] args(String[] more, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of(more));
        return all.toArray(new String[0]);
    }

    /** Exports with index, id and routing beside each source; its lines, sorted. */
    private List<String> export(String target, String... args) throws Exception {
        List<String> all = new ArrayList<>(List.of(
                "export",
                "--dataset",
                "records",
                "--format",
                "jsonl",
                "--with-id",
                "--not-utf8",
                "replace",
                "--to",
                folder.resolve(target).toString()));
        all.addAll(List.of(args));
        Outcome outcome = run(all.toArray(new String[0])).succeeded();
        assertThat(outcome.err()).doesNotContain("error");
        List<String> lines =
                new ArrayList<>(Dump.only(folder.resolve(target), "records").lines());
        lines.sort(null);
        return lines;
    }
}
