package io.spillway.support;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** A server on which the contract of the source runs, with its names and with indices that tests share and only read. */
public final class ContractServer {
    /** Settings for short pages: each slice has several. */
    public static final String SETTINGS =
            "\"number_of_replicas\":0,\"max_result_window\":100,\"refresh_interval\":\"-1\"";

    private static final int DOCUMENTS = 3_000;
    private static final Map<String, ContractServer> SERVERS = new ConcurrentHashMap<>();

    private final String name;
    private final TestCluster cluster;
    private final Map<Integer, String> many = new ConcurrentHashMap<>();

    private ContractServer(String name, TestCluster cluster) {
        this.name = name;
        this.cluster = cluster;
    }

    /** The server of this name, such as {@code opensearch-2.19.4}; skips the test, visibly, where it cannot be started. */
    public static ContractServer of(String name) {
        TestCluster cluster = TestCluster.of(name);
        return SERVERS.computeIfAbsent(name, n -> new ContractServer(n, cluster));
    }

    public TestCluster cluster() {
        return cluster;
    }

    public boolean isOpenSearch() {
        return name.startsWith("opensearch");
    }

    /** The product's name in schedules and manifests. */
    public String product() {
        return isOpenSearch() ? "opensearch" : "elasticsearch";
    }

    public String version() {
        return name.replaceFirst(".*-", "");
    }

    /** The name in messages: {@code OpenSearch 2.19.4}. */
    public String title() {
        return (isOpenSearch() ? "OpenSearch " : "Elasticsearch ") + version();
    }

    /** A new index with one shard. */
    public String index(String... documents) throws IOException, InterruptedException {
        String index = cluster.newIndex(1);
        cluster.load(index, List.of(documents));
        return index;
    }

    /** An index of thousands of documents, made once for each number of shards. */
    public String many(int shards) throws IOException, InterruptedException {
        String index = many.get(shards);
        if (index == null) {
            index = cluster.newIndex("{\"settings\":{" + SETTINGS + ",\"number_of_shards\":" + shards + "}}");
            cluster.load(index, documents());
            many.put(shards, index);
        }
        return index;
    }

    /** One routing for each shard of an index. Versions of a server do not agree on the shard of a routing. */
    public List<String> routings(String index, int shards) throws IOException, InterruptedException {
        Map<Integer, String> byShard = new LinkedHashMap<>();
        for (int i = 0; byShard.size() < shards; i++) {
            byShard.putIfAbsent(cluster.shard(index, "r" + i), "r" + i);
        }
        return List.copyOf(byShard.values());
    }

    /** The lines of {@link #many}, in the order of their numbers. */
    public static List<String> lines() {
        return documents().stream().map(Dump::utf8).toList();
    }

    private static List<String> documents() {
        return IntStream.range(0, DOCUMENTS)
                .mapToObj(i -> "{\"n\":" + i + ",\"price\":1.10,\"text\":\"\u00FC " + "x".repeat(i % 50) + "\"}")
                .toList();
    }

    public void refresh(String index) throws IOException, InterruptedException {
        cluster.request("POST", "/" + index + "/_refresh", null);
    }
}
