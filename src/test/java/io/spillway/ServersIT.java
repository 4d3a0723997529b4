package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.compress.Compression;
import io.spillway.support.ContractServer;
import io.spillway.support.Dump;
import io.spillway.support.EdgeSet;
import io.spillway.support.EdgeSet.Edge;
import io.spillway.support.FaultProxy;
import io.spillway.support.FaultProxy.Disturbance;
import io.spillway.support.FaultProxy.Kind;
import io.spillway.support.Spillway;
import io.spillway.support.Spillway.Outcome;
import io.spillway.support.TestCluster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of the source, on every server that Spillway supports. */
@ParameterizedClass(name = "{0}")
@ValueSource(
        strings = {
            "elasticsearch-7.17.29",
            "elasticsearch-8.19.21",
            "elasticsearch-9.5.3",
            "opensearch-2.19.4",
            "opensearch-3.6.0"
        })
@ExtendWith(ContractTable.class)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ServersIT {
    @Parameter
    private String name;

    @TempDir
    private Path root;

    private ContractServer server;
    private TestCluster cluster;

    /** {@code -Dspillway.server=NAME} runs the contract on one server alone. */
    @BeforeEach
    void start() {
        String only = System.getProperty("spillway.server", name);
        Assumptions.assumeTrue(only.equals(name), "only " + only + " was asked for");
        server = ContractServer.of(name);
        cluster = server.cluster();
    }

    /** The server of this instance. */
    String serverName() {
        return name;
    }

    @ParameterizedTest(name = "{0} shards")
    @ValueSource(ints = {1, 3})
    void everyHostileDocumentIsALineOfItsOwn(int shards) throws Exception {
        String index = EdgeSet.newIndex(cluster, shards);
        List<Edge> accepted = EdgeSet.loadAccepted(cluster, index, EdgeSet.all());
        List<String> rejected = EdgeSet.all().stream()
                .filter(edge -> !accepted.contains(edge))
                .map(Edge::toString)
                .toList();
        assertThat(rejected).containsExactlyInAnyOrderElementsOf(rejectedByTheServer());

        Spillway.export(cluster, index, root).succeeded();

        Dump.only(root, "records").assertHolds(EdgeSet.lines(cluster, index, accepted));
    }

    /** Documents of the edge set that this server does not store. */
    private List<String> rejectedByTheServer() {
        // OpenSearch limits the depth of arrays; version 3 rejects some names of fields, too.
        return switch (name) {
            case "opensearch-2.19.4" -> List.of("deep-arrays");
            case "opensearch-3.6.0" -> List.of("deep-arrays", "keys-beyond-ascii");
            default -> List.of();
        };
    }

    @ParameterizedTest(name = "{0} shards, {1} slices")
    @CsvSource({"1,1", "1,3", "3,1", "3,3", "3,7"})
    void everyDocumentIsThereOnceInAnyNumberOfSlices(int shards, int slices) throws Exception {
        Spillway.export(cluster, server.many(shards), root, "--slices", Integer.toString(slices))
                .succeeded();

        Dump.only(root, "records").assertHolds(ContractServer.lines());
    }

    @Test
    void deletedAndNestedDocumentsLeaveGapsThatAreNoLoss() throws Exception {
        String index = cluster.newIndex("{\"settings\":{" + ContractServer.SETTINGS + ",\"number_of_shards\":3},"
                + "\"mappings\":{\"properties\":{\"kids\":{\"type\":\"nested\"}}}}");
        List<String> documents = IntStream.range(0, 900)
                .mapToObj(i -> "{\"n\":" + i + ",\"kids\":[{\"k\":1},{\"k\":2}]}")
                .toList();
        StringBuilder bulk = new StringBuilder();
        for (int i = 0; i < documents.size(); i++) {
            bulk.append("{\"index\":{\"_id\":\"").append(i).append("\"}}\n");
            bulk.append(documents.get(i)).append('\n');
        }
        for (int i = 0; i < documents.size(); i += 3) {
            bulk.append("{\"delete\":{\"_id\":\"").append(i).append("\"}}\n");
        }
        cluster.bulk(index, bulk.toString().getBytes(StandardCharsets.UTF_8));
        server.refresh(index);

        Spillway.export(cluster, index, root).succeeded();

        Dump.only(root, "records")
                .assertHolds(IntStream.range(0, documents.size())
                        .filter(i -> i % 3 != 0)
                        .mapToObj(documents::get)
                        .toList());
    }

    /** What goes wrong once, on some page, and passes. */
    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of("body cut", FaultProxy.cut()),
                Arguments.of("answer dropped", FaultProxy.dropAnswer()),
                Arguments.of("rejected", FaultProxy.instead(FaultProxy.REJECTED)),
                Arguments.of("bad gateway", FaultProxy.instead(FaultProxy.page(502))),
                Arguments.of("shard failed", FaultProxy.shardFailed()),
                Arguments.of("search timed out", FaultProxy.timedOut()),
                Arguments.of("search terminated early", FaultProxy.terminatedEarly()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void aFaultThatPassesLosesNothing(String name, Disturbance fault) throws Exception {
        through(
                proxy -> proxy.disturb(Kind.PAGE, n -> n % 5 == 3, fault),
                proxied -> Spillway.export(proxied, server.many(3), root).succeeded());

        Dump.only(root, "records").assertHolds(ContractServer.lines());
    }

    @Test
    void aPageThatIsRepeatedIsFound() throws Exception {
        Outcome outcome = through(
                proxy -> proxy.disturb(Kind.PAGE, n -> n == 4, FaultProxy.firstPageAgain()),
                proxied -> Spillway.export(proxied, server.many(1), root));

        assertThat(outcome.refused(30).err()).contains("returned a wrong page");
        Dump.assertNothingPublished(root);
    }

    @Test
    void aHitOfAnotherIndexIsFound() throws Exception {
        Outcome outcome = through(
                proxy -> proxy.disturb(
                        Kind.PAGE,
                        n -> n == 6,
                        FaultProxy.changed(body -> body.replace("\"_index\":\"", "\"_index\":\"x"))),
                proxied -> Spillway.export(proxied, server.many(3), root));

        assertThat(outcome.refused(30).err()).contains("is not in an index of");
        Dump.assertNothingPublished(root);
    }

    @Test
    void aSnapshotThatIsLostIsTakenAgain() throws Exception {
        through(
                proxy -> proxy.disturb(Kind.PAGE, n -> n == 5, FaultProxy.instead(FaultProxy.CONTEXT_MISSING)),
                proxied -> Spillway.export(proxied, server.many(3), root).succeeded());

        Dump.only(root, "records").assertHolds(ContractServer.lines());
    }

    @Test
    void aSnapshotThatTheServerHasDroppedIsTakenAgainAndNothingStaysOpen() throws Exception {
        int open = cluster.openContexts();
        through(
                proxy -> proxy.disturb(Kind.PAGE, n -> n == 5, exchange -> {
                    cluster.closeSnapshot(exchange.body(), server.isOpenSearch());
                    exchange.reply(exchange.forward());
                }),
                proxied -> Spillway.export(proxied, server.many(3), root).succeeded());

        Dump.only(root, "records").assertHolds(ContractServer.lines());
        assertThat(cluster.openContexts()).isLessThanOrEqualTo(open);
    }

    @Test
    void aSnapshotWithoutOneOfItsShardsIsRefused() throws Exception {
        String index = cluster.newIndexWithAMissingShard();

        Outcome outcome = Spillway.export(cluster, index, root).refused(10);

        assertThat(outcome.err()).contains(server.title());
        Dump.assertNothingPublished(root);
    }

    @Test
    void anEmptyIndexMakesAValidDumpWhereThatIsAllowed() throws Exception {
        String index = cluster.newIndex(3);

        assertThat(Spillway.export(cluster, index, root).refused(31).err()).contains("--allow-empty");
        Spillway.export(cluster, index, root, "--allow-empty").succeeded();

        Dump.only(root, "records").assertHolds(List.of());
    }

    @Test
    void aClosedIndexIsRefused() throws Exception {
        String index = server.index("{\"n\":1}");
        cluster.request("POST", "/" + index + "/_close", null);

        assertThat(Spillway.export(cluster, index, root).refused(12).err()).contains("closed indices: " + index);
    }

    @Test
    void aMissingIndexIsRefusedWithTheNameOfTheServer() {
        Outcome outcome = Spillway.export(cluster, "no-such-index", root).refused(12);

        assertThat(outcome.err())
                .contains(server.title() + " at " + cluster.url(), "no-such-index")
                .containsAnyOf("no index matches", "GET /_resolve/index/no-such-index: 404");
    }

    @Test
    void anAliasAndAPatternResolveToAllTheirIndices() throws Exception {
        // No other test has indices of this prefix on the shared server.
        String prefix = "pattern-" + UUID.randomUUID();
        String one = prefix + "-1";
        String two = prefix + "-2";
        cluster.load(one, List.of("{\"n\":1}"));
        cluster.load(two, List.of("{\"n\":2}"));
        cluster.request("POST", "/_aliases", """
                {"actions":[{"add":{"index":"%s","alias":"%s"}},{"add":{"index":"%s","alias":"%s"}}]}
                """.formatted(one, "all-" + prefix, two, "all-" + prefix));

        Spillway.export(cluster, "all-" + prefix, root.resolve("alias")).succeeded();
        Spillway.export(cluster, prefix + "-*", root.resolve("pattern")).succeeded();

        Dump.only(root.resolve("alias"), "records").assertHolds(List.of("{\"n\":1}", "{\"n\":2}"));
        Dump.only(root.resolve("pattern"), "records").assertHolds(List.of("{\"n\":1}", "{\"n\":2}"));
    }

    @Test
    void anAliasWithAFilterIsRefused() throws Exception {
        String index = server.index("{\"n\":1}");
        cluster.request("PUT", "/" + index + "/_alias/" + index + "-part", "{\"filter\":{\"term\":{\"n\":1}}}");

        assertThat(Spillway.export(cluster, index + "-part", root).refused(3).err())
                .contains("shows only a part of index \"" + index + "\"");
    }

    @Test
    void aQueryChoosesTheDocuments() throws Exception {
        Spillway.export(cluster, server.many(3), root, "--query", "{\"range\":{\"n\":{\"lt\":500}}}")
                .succeeded();

        Dump.only(root, "records").assertHolds(ContractServer.lines().subList(0, 500));
    }

    @Test
    void oneIdUnderThreeRoutingsIsThreeDocumentsAndARoutingReadsItsOwn() throws Exception {
        String index = cluster.newIndex(3);
        StringBuilder bulk = new StringBuilder();
        List<String> documents = new ArrayList<>();
        List<String> routings = server.routings(index, 3);
        for (String routing : routings) {
            documents.add("{\"routing\":\"" + routing + "\"}");
            bulk.append("{\"index\":{\"_id\":\"twin\",\"routing\":\"" + routing + "\"}}\n");
            bulk.append(documents.get(documents.size() - 1)).append('\n');
        }
        cluster.bulk(index, bulk.toString().getBytes(StandardCharsets.UTF_8));
        server.refresh(index);

        Spillway.export(cluster, index, root.resolve("all")).succeeded();
        Spillway.export(cluster, index, root.resolve("one"), "--routing", routings.get(1))
                .succeeded();

        Dump.only(root.resolve("all"), "records").assertHolds(documents);
        Dump.only(root.resolve("one"), "records").assertHolds(documents.subList(1, 2));
    }

    @Test
    void aPreferenceForACopyOfAShardIsKept() throws Exception {
        Spillway.export(cluster, server.many(3), root, "--preference", "_local").succeeded();

        Dump.only(root, "records").assertHolds(ContractServer.lines());
    }

    @Test
    void idsOf512BytesComeBesideTheDocumentAndGoBackInBulk() throws Exception {
        String index = cluster.newIndex(3);
        List<String> ids = List.of("\u4E2D".repeat(170) + "ab", "a\\\"b c", "x".repeat(512));
        StringBuilder bulk = new StringBuilder();
        for (String id : ids) {
            bulk.append("{\"index\":{\"_id\":\"")
                    .append(id.replace("\\", "\\\\").replace("\"", "\\\""))
                    .append("\"}}\n{\"n\":1.10}\n");
        }
        cluster.bulk(index, bulk.toString().getBytes(StandardCharsets.UTF_8));
        server.refresh(index);

        Spillway.export(cluster, index, root.resolve("ids"), "--with-id").succeeded();
        Spillway.export(cluster, index, root.resolve("bulk"), "--format", "bulk")
                .succeeded();

        assertThat(Dump.only(root.resolve("ids"), "records").lines())
                .hasSize(3)
                .allMatch(line -> line.contains("\"_source\":{\"n\":1.10}"))
                .anyMatch(line -> line.contains("x".repeat(512)));
        String copy = cluster.newIndex(1);
        Dump dump = Dump.only(root.resolve("bulk"), "records");
        for (String name : dump.partNames()) {
            Path part = dump.folder().resolve(name);
            try (InputStream in = Compression.parse("gzip", null).decompress(Files.newInputStream(part))) {
                cluster.bulk(copy, in.readAllBytes());
            }
        }
        server.refresh(copy);
        Spillway.export(cluster, copy, root.resolve("copy"), "--with-id").succeeded();
        assertThat(sorted(root.resolve("copy"), copy)).isEqualTo(sorted(root.resolve("ids"), index));
    }

    private static List<String> sorted(Path root, String index) throws IOException {
        return Dump.only(root, "records").lines().stream()
                .map(line -> line.replace("\"" + index + "\"", "\"\""))
                .sorted()
                .toList();
    }

    @Test
    void aDocumentOf25MegabytesIsExportedWhole() throws Exception {
        String index = cluster.newIndex("{\"settings\":{\"number_of_replicas\":0},"
                + "\"mappings\":{\"dynamic\":false,\"properties\":{\"n\":{\"type\":\"long\"}}}}");
        String large = "{\"n\":1,\"text\":\"" + "large ".repeat(25_000_000 / 6) + "\"}";
        cluster.load(index, List.of("{\"n\":0}", large, "{\"n\":2}"));

        Spillway.export(cluster, index, root).succeeded();

        Dump.only(root, "records").assertHolds(List.of("{\"n\":0}", large, "{\"n\":2}"));
    }

    @Test
    void aFieldThatNoRuleNamesStopsTheExportAndAWithheldOneIsNotPublished() throws Exception {
        String index = server.index("{\"n\":1,\"secret\":\"s\",\"shown\":\"x\"}");

        assertThat(Spillway.export(cluster, index, root, "--include", "n,shown")
                        .refused(32)
                        .err())
                .contains("secret");
        Spillway.export(cluster, index, root, "--include", "n,shown", "--exclude", "secret")
                .succeeded();

        Dump.only(root, "records").assertHolds(List.of("{\"n\":1,\"shown\":\"x\"}"));
    }

    /** As with a key for one index, or behind a proxy that lets only some requests through. */
    @Test
    void aClientThatMayReadTheIndexAndNothingElseExportsIt() throws Exception {
        through(
                proxy -> proxy.disturb(Kind.OTHER, n -> true, exchange -> {
                    String path = exchange.path();
                    boolean hidden = path.equals("/") || path.startsWith("/_nodes") || path.startsWith("/_cluster");
                    exchange.reply(
                            hidden ? FaultProxy.page(403) : exchange.forward().withoutHeader("x-elastic-product"));
                }),
                proxied -> Spillway.export(proxied, server.many(3), root).succeeded());

        Dump dump = Dump.only(root, "records");
        dump.assertHolds(ContractServer.lines());
        assertThat(dump.manifest().at("/source/product").textValue()).isEqualTo(server.product());
    }

    @Test
    void planAndManifestNameProductAndVersion() throws Exception {
        String index = server.index("{\"n\":1}");

        Outcome plan = Spillway.run(
                "plan", "--" + server.product(), cluster.url().toString(), "--index", index, "--to", root.toString());
        Spillway.export(cluster, index, root).succeeded();

        assertThat(plan.succeeded().out()).contains("server        " + server.product() + " " + server.version());
        assertThat(Dump.only(root, "records").manifest().at("/source/product").textValue())
                .isEqualTo(server.product());
        assertThat(Dump.only(root, "records").manifest().at("/source/version").textValue())
                .isEqualTo(server.version());
    }

    @Test
    void checkNamesTheServerAndAKeyForTheOtherProduct() throws Exception {
        String index = server.index("{\"n\":1}");
        String other = server.isOpenSearch() ? "elasticsearch" : "opensearch";

        Outcome right = check(server.product(), index);
        Outcome wrong = check(other, index);

        assertThat(right.succeeded().out()).contains(": ok, reads " + server.product() + " " + server.version());
        assertThat(right.err()).doesNotContain("rename");
        assertThat(wrong.succeeded().err())
                .contains("the server is " + server.product() + " " + server.version() + ": rename the key to `"
                        + server.product() + "`");
    }

    private Outcome check(String key, String index) throws IOException {
        Path file = root.resolve(key + ".yaml");
        Files.writeString(file, """
                dataset: records
                source: {%s: "%s", index: %s}
                destinations: [{directory: "%s"}]
                """.formatted(key, cluster.url(), index, root));
        return Spillway.run("check", file.toString());
    }

    private Outcome through(Consumer<FaultProxy> faults, Export export) throws Exception {
        try (FaultProxy proxy = FaultProxy.before(cluster.url(), 1)) {
            faults.accept(proxy);
            Outcome outcome = export.run(new TestCluster(proxy.url()));
            assertThat(proxy.disturbed()).isPositive();
            return outcome;
        }
    }

    private interface Export {
        Outcome run(TestCluster proxied) throws Exception;
    }
}
