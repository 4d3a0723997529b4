package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.spillway.support.Dump;
import io.spillway.support.Spillway;
import io.spillway.support.Spillway.Outcome;
import io.spillway.support.TestCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a name can refer to, and what kinds of index there are: each is exported whole, or refused with the reason. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class IndexKindsIT {
    private static final String WINDOW_OF_50 =
            "{\"settings\":{\"number_of_shards\":3,\"number_of_replicas\":0,\"max_result_window\":50}}";

    private TestCluster cluster;
    /** The prefix of the names of this test's indices, and of no others. */
    private String prefix;

    @TempDir
    private Path root;

    @BeforeEach
    void name() throws Exception {
        cluster = TestCluster.shared();
        String unique = cluster.newIndex(1);
        cluster.request("DELETE", "/" + unique, null);
        prefix = unique + "-";
    }

    @Test
    void anAliasExportsAllItsIndices() throws Exception {
        List<String> documents = twoIndices();
        String alias = alias("both", "{}", "a", "b");

        JsonNode manifest = exported(alias, documents);

        assertThat(texts(manifest.at("/source/indices"))).containsExactly(prefix + "a", prefix + "b");
        assertThat(manifest.at("/source/name").textValue()).isEqualTo(alias);
        assertThat(manifest.at("/source/filtered").booleanValue()).isFalse();
    }

    @Test
    void aPatternExportsEveryIndexThatItMatches() throws Exception {
        JsonNode manifest = exported(prefix + "*", twoIndices());

        assertThat(texts(manifest.at("/source/indices"))).containsExactly(prefix + "a", prefix + "b");
    }

    @Test
    void aListExportsEachOfItsIndices() throws Exception {
        JsonNode manifest = exported(prefix + "b," + prefix + "a", twoIndices());

        assertThat(texts(manifest.at("/source/indices"))).containsExactly(prefix + "a", prefix + "b");
    }

    @Test
    void anIndexNamedInThreeWaysIsExportedOnce() throws Exception {
        List<String> documents = twoIndices();
        String alias = alias("both", "{}", "a", "b");

        exported(alias + "," + prefix + "a," + prefix + "*", documents);
    }

    @Test
    void aFilteredAliasIsRefusedWithAHintToUseAQuery() throws Exception {
        twoIndices();
        String alias = alias("part", "{\"filter\":{\"range\":{\"n\":{\"lt\":5}}}}", "a");

        assertThat(refused(3, alias).err()).contains(alias, prefix + "a", "source.query");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"search_routing\":\"x\"}", "{\"routing\":\"x\"}"})
    void anAliasWithARoutingIsRefused(String routing) throws Exception {
        twoIndices();
        String alias = alias("part", routing, "a");

        assertThat(refused(3, alias).err()).contains(alias, "routing");
    }

    @Test
    void anAliasIsRefusedIfItFiltersOneOfItsIndices() throws Exception {
        twoIndices();
        alias("part", "{\"filter\":{\"range\":{\"n\":{\"lt\":5}}}}", "a");
        String alias = alias("part", "{}", "b");

        refused(3, alias);
    }

    @Test
    void aPatternThatMatchesAFilteredAliasIsRefused() throws Exception {
        twoIndices();
        alias("part", "{\"filter\":{\"range\":{\"n\":{\"lt\":5}}}}", "a");

        refused(3, prefix + "pa*");
    }

    @Test
    void aFilteredAliasIsRefusedEvenIfAPatternExcludesItsIndex() throws Exception {
        twoIndices();
        alias("part", "{\"filter\":{\"range\":{\"n\":{\"lt\":5}}}}", "a");

        refused(3, prefix + "*,-" + prefix + "a," + prefix + "part");
    }

    @Test
    void aFilteredAliasIsRefusedEvenIfItsNameIsDateMath() throws Exception {
        twoIndices();
        alias("of-2001", "{\"filter\":{\"range\":{\"n\":{\"lt\":5}}}}", "a");

        refused(3, "<" + prefix + "of-{2001||/y{yyyy}}>");
    }

    @ParameterizedTest
    @CsvSource({"missing", "a;missing", "missing-*"})
    void aMissingIndexIsReported(String names) throws Exception {
        twoIndices();
        String asked = prefix + names.replace(";", "," + prefix);

        assertThat(refused(12, asked).err()).contains(prefix + "missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "*", "both"})
    void aClosedIndexIsRefusedHoweverItIsNamed(String name) throws Exception {
        twoIndices();
        alias("both", "{}", "a", "b");
        cluster.request("POST", "/" + prefix + "a/_close", null);

        assertThat(refused(12, prefix + name).err()).contains(prefix + "a", "closed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"enabled\":false}", "{\"excludes\":[\"secret\"]}", "{\"includes\":[\"n\"]}"})
    void anIndexThatDoesNotStoreWholeDocumentsIsRefused(String source) throws Exception {
        create("a", "{\"mappings\":{\"_source\":" + source + "}}");
        cluster.load(prefix + "a", numbered(0, 3));

        assertThat(refused(12, prefix + "a").err()).contains(prefix + "a", "_source");
    }

    @ParameterizedTest
    @ValueSource(strings = {"index.mapping.source.mode\":\"synthetic", "index.mode\":\"logsdb"})
    void anIndexWithSyntheticSourceIsRefused(String setting) throws Exception {
        String mapping = "\"mappings\":{\"properties\":{\"@timestamp\":{\"type\":\"date\"}}}";
        create("a", "{\"settings\":{\"" + setting + "\"}," + mapping + "}");
        cluster.load(prefix + "a", List.of("{\"@timestamp\":\"2001-01-01T00:00:00Z\",\"b\":1,\"a\":[2,1,1]}"));

        assertThat(refused(12, prefix + "a").err()).contains(prefix + "a", "synthetic");
    }

    @Test
    void theGateRefusesAnEmptyIndex() throws Exception {
        create("a", null);

        assertThat(refused(31, prefix + "a").err()).contains(prefix + "a", "--allow-empty");
    }

    @Test
    void anEmptyIndexGivesAValidDumpIfAllowed() throws Exception {
        create("a", null);

        Spillway.export(cluster, prefix + "a", root, "--allow-empty").succeeded();

        Dump dump = Dump.only(root, "records");
        dump.assertHolds(List.of());
        assertThat(dump.partNames()).hasSize(1);
        Spillway.run("verify", dump.folder().toString()).succeeded();
    }

    @Test
    void aDumpHoldsTheIndexAsOfTheSnapshotWhateverChangesMeanwhile() throws Exception {
        create("a", WINDOW_OF_50);
        cluster.bulk(prefix + "a", indexing(0, 2_000, "before"));
        cluster.request("POST", "/" + prefix + "a/_refresh", null);
        List<String> before = IntStream.range(0, 2_000)
                .mapToObj(i -> "{\"n\":" + i + ",\"said\":\"before\"}")
                .toList();

        int pages;
        try (Between between = new Between(cluster, this::change)) {
            Spillway.export(new TestCluster(between.url()), prefix + "a", root, "--slices", "3")
                    .succeeded();
            pages = between.pages();
        }

        Dump.only(root, "records").assertHolds(before);
        assertThat(pages).as("pages between which the index changed").isGreaterThan(40);
        cluster.request("POST", "/" + prefix + "a/_refresh", null);
        assertThat(cluster.request("GET", "/" + prefix + "a/_count?q=said:before", null))
                .startsWith("{\"count\":0,");
    }

    @Test
    void nestedDocumentsAreNotCountedSeparately() throws Exception {
        create("a", "{\"mappings\":{\"properties\":{\"kids\":{\"type\":\"nested\"}}}}");
        List<String> documents = IntStream.range(0, 100)
                .mapToObj(i -> "{\"n\":" + i + ",\"kids\":[{\"k\":1},{\"k\":2},{\"k\":3}]}")
                .toList();
        cluster.load(prefix + "a", documents);

        JsonNode manifest = exported(prefix + "a", documents, "--slices", "5");

        assertThat(manifest.path("documents").longValue()).isEqualTo(100);
    }

    @Test
    void oneIdUnderThreeRoutingsIsThreeDocuments() throws Exception {
        create("a", "{\"settings\":{\"number_of_shards\":3,\"number_of_replicas\":0}}");
        List<String> documents = new ArrayList<>();
        StringBuilder bulk = new StringBuilder();
        // With three shards, each of these routings leads to a different shard.
        for (String routing : List.of("r3", "r4", "r5")) {
            documents.add("{\"routing\":\"" + routing + "\"}");
            bulk.append("{\"index\":{\"_id\":\"twin\",\"routing\":\"" + routing + "\"}}\n{\"routing\":\"" + routing
                    + "\"}\n");
        }
        cluster.bulk(prefix + "a", bulk.toString().getBytes(StandardCharsets.UTF_8));
        cluster.request("POST", "/" + prefix + "a/_refresh", null);

        exported(prefix + "a", documents);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void anIndexWithASmallResultWindowIsExportedWhole(int slices) throws Exception {
        create("a", WINDOW_OF_50);
        List<String> documents = numbered(0, 1_001);
        cluster.load(prefix + "a", documents);

        exported(prefix + "a", documents, "--slices", String.valueOf(slices));
    }

    @Test
    void aPlanIsMadeForAnIndexWithASmallResultWindow() throws Exception {
        create("a", WINDOW_OF_50);
        cluster.load(prefix + "a", numbered(0, 101));

        Outcome plan = Spillway.run(
                "plan", "--elasticsearch", cluster.url().toString(), "--index", prefix + "a", "--to", root.toString());

        assertThat(plan.succeeded().out()).contains("documents     101");
    }

    @Test
    void aQuerySelectsTheDocumentsAndIsNotPublished() throws Exception {
        create("a", null);
        cluster.load(prefix + "a", numbered(0, 100));

        JsonNode manifest =
                exported(prefix + "a", numbered(0, 42), "--query", "{\"range\":{\"n\":{\"lt\":42}}}", "--slices", "3");

        assertThat(manifest.at("/source/filtered").booleanValue()).isTrue();
        assertThat(manifest.at("/source/documents").longValue()).isEqualTo(42);
        Path dump = Dump.only(root, "records").folder();
        for (String file : List.of("manifest.json", "run.json", "README.md")) {
            assertThat(Files.readString(dump.resolve(file))).doesNotContain("range", "\"lt\"");
        }
    }

    @Test
    void emptyShardsAndSlicesDoNotStopTheExport() throws Exception {
        create("a", "{\"settings\":{\"number_of_shards\":5,\"number_of_replicas\":0}}");
        StringBuilder bulk = new StringBuilder();
        for (String document : numbered(0, 7)) {
            bulk.append("{\"index\":{\"routing\":\"one\"}}\n").append(document).append('\n');
        }
        cluster.bulk(prefix + "a", bulk.toString().getBytes(StandardCharsets.UTF_8));
        cluster.request("POST", "/" + prefix + "a/_refresh", null);

        exported(prefix + "a", numbered(0, 7), "--slices", "64");
    }

    /**
     * Runs before a page: some documents are deleted, others are added or changed, and now and then segments are
     * merged.
     */
    private void change(int page) throws IOException, InterruptedException {
        String index = "/" + prefix + "a";
        if (page == 0) {
            // Not one document of the snapshot remains unchanged.
            StringBuilder gone = new StringBuilder();
            IntStream.range(1_000, 2_000).forEach(i -> gone.append("{\"delete\":{\"_id\":\"" + i + "\"}}\n"));
            cluster.bulk(prefix + "a", gone.toString().getBytes(StandardCharsets.UTF_8));
            cluster.bulk(prefix + "a", indexing(0, 1_000, "after"));
        }
        cluster.bulk(prefix + "a", indexing(3_000 + page * 20, 3_020 + page * 20, "after"));
        cluster.request("POST", index + "/_refresh", null);
        if (page % 10 == 0) {
            cluster.request("POST", index + "/_forcemerge?max_num_segments=1&flush=true", null);
        }
    }

    private static byte[] indexing(int from, int to, String said) {
        StringBuilder bulk = new StringBuilder();
        IntStream.range(from, to)
                .forEach(i -> bulk.append(
                        "{\"index\":{\"_id\":\"" + i + "\"}}\n{\"n\":" + i + ",\"said\":\"" + said + "\"}\n"));
        return bulk.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Indices a and b with ten documents each, and their contents. */
    private List<String> twoIndices() throws IOException, InterruptedException {
        create("a", null);
        create("b", null);
        cluster.load(prefix + "a", numbered(0, 10));
        cluster.load(prefix + "b", numbered(10, 20));
        return numbered(0, 20);
    }

    private void create(String name, String body) throws IOException, InterruptedException {
        cluster.request("PUT", "/" + prefix + name, body);
    }

    private String alias(String name, String how, String... indices) throws IOException, InterruptedException {
        for (String index : indices) {
            cluster.request("PUT", "/" + prefix + index + "/_alias/" + prefix + name, how);
        }
        return prefix + name;
    }

    private JsonNode exported(String index, List<String> documents, String... more) throws IOException {
        Spillway.export(cluster, index, root, more).succeeded();
        Dump dump = Dump.only(root, "records");
        dump.assertHolds(documents);
        return dump.manifest();
    }

    private Outcome refused(int exitCode, String index) throws IOException, InterruptedException {
        int open = cluster.openContexts();
        Outcome outcome = Spillway.export(cluster, index, root).refused(exitCode);
        Dump.assertNothingPublished(root);
        assertThat(cluster.openContexts()).as("points in time left open").isLessThanOrEqualTo(open);
        return outcome;
    }

    private static List<String> numbered(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "{\"n\":" + i + "}").toList();
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(node -> texts.add(node.textValue()));
        return texts;
    }

    /** Runs before the page with this number, from 0, is requested. */
    private interface Change {
        void before(int page) throws IOException, InterruptedException;
    }

    /** A proxy between the exporter and the cluster, which changes something before it forwards each search. */
    private static final class Between implements AutoCloseable {
        private final TestCluster cluster;
        private final Change change;
        private final HttpServer server;
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final HttpClient client = HttpClient.newHttpClient();
        private int pages;

        Between(TestCluster cluster, Change change) throws IOException {
            this.cluster = cluster;
            this.change = change;
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", this::pass);
            server.setExecutor(threads);
            server.start();
        }

        URI url() {
            return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        }

        synchronized int pages() {
            return pages;
        }

        private synchronized void changeBeforePage() throws IOException, InterruptedException {
            change.before(pages++);
        }

        private void pass(HttpExchange exchange) throws IOException {
            try (exchange) {
                byte[] body = exchange.getRequestBody().readAllBytes();
                // Searches on the snapshot. Before the snapshot is opened, the index is still unchanged.
                if (exchange.getRequestURI().getPath().equals("/_search")) {
                    changeBeforePage();
                }
                HttpRequest.Builder request = HttpRequest.newBuilder(
                                cluster.url().resolve(exchange.getRequestURI()))
                        .method(
                                exchange.getRequestMethod(),
                                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
                for (String header : List.of("Content-Type", "Accept")) {
                    String value = exchange.getRequestHeaders().getFirst(header);
                    if (value != null) {
                        request.header(header, value);
                    }
                }
                HttpResponse<byte[]> answer = client.send(request.build(), BodyHandlers.ofByteArray());
                for (String header : List.of("Content-Type", "X-Elastic-Product")) {
                    answer.headers()
                            .firstValue(header)
                            .ifPresent(value -> exchange.getResponseHeaders().set(header, value));
                }
                boolean head = exchange.getRequestMethod().equals("HEAD");
                exchange.sendResponseHeaders(answer.statusCode(), head ? -1 : answer.body().length);
                if (!head) {
                    exchange.getResponseBody().write(answer.body());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UncheckedIOException(new IOException("interrupted", e));
            }
        }

        @Override
        public void close() {
            server.stop(0);
            threads.shutdownNow();
        }
    }
}
