package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.demo.ElasticsearchServer;
import io.spillway.support.DatasetFolder;
import io.spillway.support.Dump;
import io.spillway.support.EdgeSet;
import io.spillway.support.EdgeSet.Edge;
import io.spillway.support.Spillway;
import io.spillway.support.Spillway.Outcome;
import io.spillway.support.TestCluster;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Documents that are legal and hostile: each is on a line of its own, in strict JSON and UTF-8, and otherwise
 * unchanged.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class EdgeCasesIT {
    private static final Path MAKER = Path.of("..", "shared", "edge", "make_edge_cases.py");
    private static final JsonMapper JSON = new JsonMapper();

    /** The documents contain strings of 25 MB. Otherwise, a strict parser must accept each line as it is. */
    private static final JsonFactory STRICT = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxStringLength(100_000_000).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final Map<Integer, String> OWN = new HashMap<>();
    private static final Map<Integer, Generated> GENERATED = new HashMap<>();

    @TempDir
    private static Path generated;

    @TempDir
    private Path folder;

    @AfterAll
    static void closeTheServerForLargeDocuments() {
        if (Large.once != null) {
            Large.once.server.close();
        }
    }

    static Stream<Edge> notUtf8() {
        return EdgeSet.notUtf8().stream();
    }

    static Stream<Edge> otherEncodings() {
        return EdgeSet.otherEncodings().stream();
    }

    @ParameterizedTest(name = "{0} shards, {1} slices")
    @CsvSource({"1,1", "1,2", "1,7", "3,1", "3,2", "3,7"})
    void everyHostileDocumentIsOnALineOfItsOwn(int shards, int slices) throws Exception {
        TestCluster cluster = TestCluster.shared();
        if (!OWN.containsKey(shards)) {
            String index = EdgeSet.newIndex(cluster, shards);
            EdgeSet.load(cluster, index, EdgeSet.all());
            OWN.put(shards, index);
        }

        Dump dump = export(cluster, OWN.get(shards), slices);

        assertStrictJson(dump.lines());
        dump.assertHolds(EdgeSet.lines(EdgeSet.all(), shards));
    }

    @ParameterizedTest(name = "{0} shards, {1} slices")
    @CsvSource({"1,1", "1,2", "1,7", "3,1", "3,2", "3,7"})
    void everyGeneratedDocumentIsExportedUnchanged(int shards, int slices) throws Exception {
        Assumptions.assumeTrue(Files.isReadable(MAKER), "no generated documents: there is no " + MAKER);
        TestCluster cluster = TestCluster.shared();
        if (!GENERATED.containsKey(shards)) {
            GENERATED.put(shards, Generated.load(cluster, shards, generated.resolve("of-" + shards)));
        }
        Generated documents = GENERATED.get(shards);

        Dump dump = export(cluster, documents.index(), slices);

        List<String> lines = dump.lines();
        assertThat(lines).hasSameSizeAs(documents.meaning());
        assertStrictJson(lines);
        List<String> asSent = new ArrayList<>(documents.sent());
        List<String> others = new ArrayList<>();
        lines.stream().filter(line -> !asSent.remove(line)).forEach(others::add);
        assertThat(asSent)
                .as("documents that are not in the dump as they were sent")
                .isEmpty();
        assertThat(others).as("documents that the server wrote itself").hasSize(documents.rewritten());
        assertThat(lines.stream().map(Generated::compact).sorted().toList())
                .isEqualTo(documents.meaning().stream().sorted().toList());
    }

    @ParameterizedTest
    @MethodSource("notUtf8")
    void aStringThatIsNotUtf8StopsTheExportAndIsNamed(Edge edge) throws Exception {
        TestCluster cluster = TestCluster.shared();
        String index = EdgeSet.newIndex(cluster, 1);
        EdgeSet.load(cluster, index, List.of(edge));

        Outcome outcome = Spillway.export(cluster, index, folder);

        outcome.refused(12);
        assertThat(outcome.err()).contains("\"" + edge.id() + "\"", "\"" + index + "\"", "not-utf8");
        Dump.assertNothingPublished(folder);
    }

    @Test
    void withReplaceEveryByteThatIsNotUtf8IsReplacedAndTheManifestCountsTheDocuments() throws Exception {
        TestCluster cluster = TestCluster.shared();
        String index = EdgeSet.newIndex(cluster, 1);
        EdgeSet.load(cluster, index, EdgeSet.notUtf8());
        cluster.load(index, List.of("{\"raw\":\"whole\"}"));

        Spillway.export(cluster, index, folder, "--not-utf8", "replace").succeeded();

        Dump dump = Dump.only(folder, "records");
        List<String> expected = new ArrayList<>(EdgeSet.lines(EdgeSet.notUtf8(), 1));
        expected.add("{\"raw\":\"whole\"}");
        dump.assertHolds(expected);
        assertStrictJson(dump.lines());
        assertThat(dump.manifest().path("repaired").longValue())
                .isEqualTo(EdgeSet.notUtf8().size());
    }

    @ParameterizedTest
    @MethodSource("otherEncodings")
    void aDocumentInAnotherEncodingStopsTheExportAndIsNamed(Edge edge) throws Exception {
        TestCluster cluster = TestCluster.shared();
        String index = EdgeSet.newIndex(cluster, 3);
        cluster.load(index, numbered(300));
        EdgeSet.load(cluster, index, List.of(edge));
        int open = cluster.openContexts();

        Outcome outcome = Spillway.export(cluster, index, folder, "--not-utf8", "replace");

        outcome.refused(12);
        assertThat(outcome.err()).contains("\"" + edge.id() + "\"", "\"" + index + "\"");
        Dump.assertNothingPublished(folder);
        assertThat(cluster.openContexts()).isLessThanOrEqualTo(open);
    }

    @ParameterizedTest
    @MethodSource("otherEncodings")
    void aPlanReportsThatADocumentInAnotherEncodingCannotBeExported(Edge edge) throws Exception {
        TestCluster cluster = TestCluster.shared();
        String index = EdgeSet.newIndex(cluster, 1);
        EdgeSet.load(cluster, index, List.of(edge));

        Outcome outcome = Spillway.run(arguments("plan", cluster, index, folder));

        outcome.refused(12);
    }

    @Test
    void sixteenSlicesExportDocumentsOf25MegabytesIn256MebibytesOfHeap() throws Exception {
        Large large = Large.once();
        Path root = folder.resolve("dumps");

        Spillway.child(
                        folder,
                        256,
                        arguments("export", large.cluster, large.index, root, "--slices", "16", "--level", "1"))
                .succeeded();

        Dump.only(root, "records").assertHolds(large.documents);
    }

    @Test
    void sixteenSlicesArchiveDocumentsOf25MegabytesIn256MebibytesOfHeap() throws Exception {
        Large large = Large.once();
        Path root = folder.resolve("dumps");

        Spillway.child(
                        folder,
                        256,
                        arguments(
                                "export",
                                large.cluster,
                                large.index,
                                root,
                                "--slices",
                                "16",
                                "--format",
                                "tar",
                                "--level",
                                "1"))
                .succeeded();

        Dump dump = Dump.only(root, "records");
        List<String> lines = new ArrayList<>();
        for (String name : dump.partNames()) {
            try (var tar = new TarArchiveInputStream(
                    new GZIPInputStream(Files.newInputStream(dump.folder().resolve(name))))) {
                while (tar.getNextEntry() != null) {
                    String array = Dump.bytes(tar.readAllBytes());
                    lines.addAll(List.of(array.substring(2, array.length() - 3).split(",\n", -1)));
                }
            }
        }
        assertThat(DatasetFolder.difference(large.documents, lines)).isEmpty();
    }

    @Test
    void aPlanForDocumentsOf25MegabytesFitsIn256MebibytesOfHeap() throws Exception {
        Large large = Large.once();

        Outcome outcome =
                Spillway.child(folder, 256, arguments("plan", large.cluster, large.index, folder.resolve("dumps")));

        assertThat(outcome.succeeded().out()).contains("documents     " + large.documents.size());
    }

    private Dump export(TestCluster cluster, String index, int slices) throws IOException {
        Spillway.export(cluster, index, folder, "--slices", String.valueOf(slices), "--level", "1")
                .succeeded();
        return Dump.only(folder, "records");
    }

    private static String[] arguments(String command, TestCluster cluster, String index, Path root, String... more) {
        List<String> args = new ArrayList<>(List.of(
                command,
                "--elasticsearch",
                cluster.url().toString(),
                "--index",
                index,
                "--dataset",
                "records",
                "--to",
                root.toString()));
        args.addAll(List.of(more));
        return args.toArray(new String[0]);
    }

    /**
     * Documents that do not fit into one page together, six of 25 MB among small ones, on a server with room for them.
     */
    private static final class Large {
        private static Large once;

        private final ElasticsearchServer server = ElasticsearchServer.builder(TestCluster.home())
                .heapMebibytes(1_024)
                .start();
        private final TestCluster cluster = new TestCluster(server.url());
        private final String index = EdgeSet.newIndex(cluster, 1);
        private final List<String> documents = new ArrayList<>();

        private Large() throws Exception {
            for (int i = 0; i < 6; i++) {
                List<String> batch = new ArrayList<>(numbered(5));
                batch.add("{\"raw\":\"" + (i + "0123456789abcdefghijklmno").repeat(1_000_000) + "\"}");
                cluster.load(index, batch);
                documents.addAll(batch);
            }
        }

        static synchronized Large once() throws Exception {
            if (once == null) {
                once = new Large();
            }
            return once;
        }
    }

    private static List<String> numbered(int count) {
        return Stream.iterate(0, i -> i + 1)
                .limit(count)
                .map(i -> "{\"raw\":" + i + "}")
                .toList();
    }

    /** Half of a surrogate pair in a key is valid JSON, and the only input here that Jackson refuses to read. */
    private static void assertStrictJson(List<String> lines) throws IOException {
        for (String line : lines) {
            ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.ISO_8859_1));
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            if (text.contains("\"a\\ud83db\":")) {
                continue;
            }
            try (JsonParser parser = STRICT.createParser(text)) {
                parser.nextToken();
                parser.skipChildren();
                assertThat(parser.nextToken()).isNull();
            }
        }
    }

    /**
     * The documents as generated, and as the index holds them.
     *
     * @param index     the index
     * @param sent      the expected line of each document whose text the server kept
     * @param rewritten the number of documents besides these
     * @param meaning   every document without white space outside strings, as the generator expects it
     */
    private record Generated(String index, List<String> sent, int rewritten, List<String> meaning) {
        static Generated load(TestCluster cluster, int shards, Path folder) throws IOException, InterruptedException {
            String index = EdgeSet.newIndex(cluster, shards);
            cluster.request("DELETE", "/" + index, null);
            make(index, folder);
            String body = Files.readString(folder.resolve("index.json"));
            cluster.request(
                    "PUT",
                    "/" + index,
                    body.replaceFirst("\"number_of_shards\": \\d+", "\"number_of_shards\": " + shards));
            Map<String, String> texts = new LinkedHashMap<>();
            for (Path file : bulks(folder)) {
                byte[] bytes = Files.readAllBytes(file);
                cluster.bulk(index, bytes);
                note(Dump.bytes(bytes), shards, texts);
            }
            for (String line : Files.readAllLines(folder.resolve("put.jsonl"))) {
                JsonNode request = JSON.readTree(line);
                byte[] document =
                        Files.readAllBytes(folder.resolve(request.path("file").textValue()));
                String type = request.path("content_type").textValue();
                HttpResponse<String> answer =
                        cluster.send("PUT", request.path("path").textValue(), document, type);
                assertThat(answer.statusCode()).as(line + answer.body()).isEqualTo(201);
                texts.put(
                        request.path("path").textValue(),
                        type.equals("application/json") ? onOneLine(Dump.bytes(document)) : "");
            }
            cluster.request("POST", "/" + index + "/_refresh", null);
            List<String> sent =
                    texts.values().stream().filter(text -> !text.isEmpty()).toList();
            return new Generated(index, sent, texts.size() - sent.size(), meaning(folder, shards));
        }

        private static void make(String index, Path folder) throws IOException, InterruptedException {
            Files.createDirectories(folder);
            Process maker;
            try {
                maker = new ProcessBuilder("python3", MAKER.toString(), "--index", index, folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("made.txt").toFile())
                        .start();
            } catch (IOException e) {
                Assumptions.abort("no generated documents: python3 does not start: " + e.getMessage());
                return;
            }
            assertThat(maker.waitFor())
                    .as(Files.readString(folder.resolve("made.txt")))
                    .isZero();
        }

        private static List<Path> bulks(Path folder) throws IOException {
            try (Stream<Path> files = Files.list(folder)) {
                return files.filter(file -> file.getFileName().toString().matches("bulk-\\w+\\.ndjson"))
                        .sorted()
                        .toList();
            }
        }

        /** Follows a bulk body and records the document of each id, or nothing if the server wrote the text itself. */
        private static void note(String bulk, int shards, Map<String, String> texts) throws IOException {
            String[] lines = bulk.split("\n", 0);
            for (int i = 0; i < lines.length; i++) {
                Map.Entry<String, JsonNode> action = JSON.readTree(lines[i].getBytes(StandardCharsets.ISO_8859_1))
                        .properties()
                        .iterator()
                        .next();
                JsonNode target = action.getValue();
                String key = target.path("_id").asText("made by the server, action " + i)
                        + (shards == 1 ? "" : "\n" + target.path("routing"));
                switch (action.getKey()) {
                    case "index" -> texts.put(key, onOneLine(lines[++i]));
                    case "update" -> {
                        i++;
                        texts.put(key, "");
                    }
                    case "delete" -> texts.remove(key);
                    default -> throw new IOException("an action that is not expected: " + lines[i]);
                }
            }
        }

        private static List<String> meaning(Path folder, int shards) throws IOException {
            List<String> documents = new ArrayList<>();
            for (String name : List.of("expected.jsonl", "expected-big.jsonl")) {
                for (String line :
                        Dump.bytes(Files.readAllBytes(folder.resolve(name))).split("\n", 0)) {
                    // One shard holds an id once, whatever its routing: the last of these three.
                    if (shards > 1 || !line.matches("\\{\"case\":\"routing-twin-r[34]\".*")) {
                        documents.add(line.substring(line.indexOf(",\"source\":") + 10, line.length() - 1));
                    }
                }
            }
            return documents;
        }

        static String onOneLine(String document) {
            return without("\r\n", document).strip();
        }

        static String compact(String document) {
            return without("\r\n\t ", document);
        }

        /** Drops these characters, and comments and byte order marks outside strings. */
        private static String without(String dropped, String document) {
            StringBuilder kept = new StringBuilder(document.length());
            boolean inString = false;
            for (int i = 0; i < document.length(); i++) {
                char c = document.charAt(i);
                if (inString && c == '\\') {
                    kept.append(c).append(document.charAt(++i));
                } else if (inString || (c != '/' && c != '\u00EF' && dropped.indexOf(c) < 0)) {
                    inString ^= c == '"';
                    kept.append(c);
                } else if (document.startsWith("/*", i)) {
                    i = document.indexOf("*/", i + 2) + 1;
                } else if (c == '/') {
                    while (i + 1 < document.length() && "\r\n".indexOf(document.charAt(i + 1)) < 0) {
                        i++;
                    }
                } else if (c == '\u00EF') {
                    i += 2;
                }
            }
            return kept.toString();
        }
    }
}
