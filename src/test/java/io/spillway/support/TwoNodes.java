package io.spillway.support;

import io.spillway.demo.ElasticsearchServer;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.Assumptions;

/**
 * A real cluster of two servers: the first, {@code n1}, is its master and also holds data; the second, {@code n2}, only
 * holds data, may be killed, and may be replaced. Closing ends both.
 */
public final class TwoNodes implements AutoCloseable {
    private static final int HEAP_MEBIBYTES = 384;

    private final ElasticsearchServer first;
    private final TestCluster cluster;
    private ElasticsearchServer second;

    private TwoNodes(ElasticsearchServer first) {
        this.first = first;
        this.cluster = new TestCluster(first.url());
    }

    /** Starts the first of them. Skips the test visibly if that is not possible. */
    @SuppressWarnings("MustBeClosed")
    public static TwoNodes start() throws InterruptedException {
        try {
            return new TwoNodes(
                    node("n1").setting("cluster.initial_master_nodes", "n1").start());
        } catch (SpillwayException e) {
            return Assumptions.abort("the first node did not start: " + e.getMessage());
        }
    }

    /** Requests for the first node. */
    public TestCluster cluster() {
        return cluster;
    }

    /** The URL of the first node. */
    public URI url() {
        return first.url();
    }

    /** Starts a new second node and waits until it joins the cluster; does nothing if there is one. */
    public void ensureSecond() throws IOException, InterruptedException {
        if (second == null) {
            try {
                second = node("n2")
                        .setting("node.roles", "data")
                        .setting("discovery.seed_hosts", "127.0.0.1:" + first.transportPort())
                        .start();
            } catch (SpillwayException e) {
                Assumptions.abort("the second node did not start: " + e.getMessage());
            }
        }
        cluster.request("GET", "/_cluster/health?wait_for_nodes=2&timeout=60s", null);
    }

    /** Kills the second node as a crash would. */
    public void crashSecond() throws InterruptedException {
        ElasticsearchServer crashed = second;
        second = null;
        crashed.kill();
        crashed.close();
    }

    /**
     * Creates an index with two shards, one on each node.
     *
     * @param replicas 0, or 1 so that each node holds both
     */
    public String newIndex(int replicas) throws IOException, InterruptedException {
        String index = cluster.newIndex("""
                {"settings": {"number_of_shards": 2, "number_of_replicas": %d, "max_result_window": 500,
                              "index.routing.allocation.total_shards_per_node": %d,
                              "index.unassigned.node_left.delayed_timeout": "10m"}}
                """.formatted(replicas, replicas + 1));
        cluster.request("GET", "/_cluster/health/" + index + "?wait_for_status=green&timeout=60s", null);
        return index;
    }

    @Override
    public void close() {
        if (second != null) {
            second.close();
        }
        first.close();
    }

    private static ElasticsearchServer.Builder node(String name) {
        return ElasticsearchServer.builder(TestCluster.home())
                .heapMebibytes(HEAP_MEBIBYTES)
                .setting("cluster.name", "two-nodes")
                .setting("node.name", name);
    }
}
