package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.CommandRun;
import io.spillway.support.DatasetFolder;
import io.spillway.support.FaultProxy;
import io.spillway.support.FaultProxy.Disturbance;
import io.spillway.support.FaultProxy.Kind;
import io.spillway.support.TwoNodes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens to an export when a node of the cluster dies, or a shard moves, in the middle of it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TwoNodesIT {
    private static final List<String> LINES = IntStream.range(0, 10_000)
            .mapToObj(n -> "{\"id\":" + n + ",\"text\":\"%s\"}".formatted("Wörter ".repeat(n % 20)))
            .toList();
    private static final int PAGE_IN_THE_MIDDLE = 9;

    private static TwoNodes nodes;

    @TempDir
    private Path root;

    @BeforeAll
    static void startFirst() throws Exception {
        nodes = TwoNodes.start();
    }

    @AfterAll
    static void stopAll() {
        if (nodes != null) {
            nodes.close();
        }
    }

    @BeforeEach
    void startSecond() throws Exception {
        nodes.ensureSecond();
    }

    @Test
    void nothingIsPublishedIfTheNodeOfAShardWithoutReplicaDies() throws Exception {
        String index = load(0);
        DatasetFolder folder = new DatasetFolder(root, "crashed");

        CommandRun run = exportDisturbedBy(exchange -> nodes.crashSecond(), index, folder);

        assertThat(run.exitCode()).as(run.err()).isIn(10, 11, 12);
        assertThat(folder.dumps()).isEmpty();
        assertThat(folder.leftOvers()).isEmpty();
        nodes.cluster().request("DELETE", "/" + index, null);
    }

    @Test
    void withAReplicaTheExportRestartsOnTheRemainingNode() throws Exception {
        String index = load(1);
        DatasetFolder folder = new DatasetFolder(root, "replicated");

        CommandRun run = exportDisturbedBy(exchange -> nodes.crashSecond(), index, folder);

        assertWholeOrRefused(run, folder, Set.of());
        nodes.cluster().request("DELETE", "/" + index, null);
    }

    @Test
    void aMovingShardDoesNotShortenTheDump() throws Exception {
        String index = load(0);
        DatasetFolder folder = new DatasetFolder(root, "moved");
        String shards = nodes.cluster().request("GET", "/_cat/shards/" + index + "?h=shard,node", null);
        String moved = shards.lines()
                .filter(line -> line.endsWith("n2"))
                .findFirst()
                .orElseThrow()
                .substring(0, 1);

        CommandRun run = exportDisturbedBy(
                exchange -> {
                    move(index, moved);
                },
                index,
                folder);

        assertWholeOrRefused(run, folder, Set.of(10, 11));
        nodes.cluster().request("DELETE", "/" + index, null);
    }

    private static String load(int replicas) throws Exception {
        String index = nodes.newIndex(replicas);
        nodes.cluster().load(index, LINES);
        return index;
    }

    /** Exports, and triggers an event in the cluster before one page in the middle is requested. */
    private static CommandRun exportDisturbedBy(Disturbance event, String index, DatasetFolder folder)
            throws IOException {
        try (FaultProxy proxy = FaultProxy.before(nodes.url(), 1)) {
            proxy.disturb(Kind.PAGE, n -> n == PAGE_IN_THE_MIDDLE, exchange -> {
                event.carryOut(exchange);
                exchange.reply(exchange.forward());
            });
            CommandRun run = CommandRun.export(proxy.url(), index, folder, "--slices", "2");
            assertThat(proxy.disturbed()).as("the event happened in time").isEqualTo(1);
            return run;
        }
    }

    private static void assertWholeOrRefused(CommandRun run, DatasetFolder folder, Set<Integer> refusals)
            throws IOException {
        assertThat(folder.leftOvers()).isEmpty();
        if (run.exitCode() == 0) {
            assertThat(DatasetFolder.difference(LINES, DatasetFolder.lines(folder.newestDump())))
                    .isEmpty();
        } else {
            assertThat(run.exitCode()).as(run.err()).isIn(refusals);
            assertThat(folder.dumps()).isEmpty();
        }
    }

    /** Moves a shard from the second node to the first, and returns when it has left the second. */
    private static void move(String index, String shard) throws IOException, InterruptedException {
        var cluster = nodes.cluster();
        cluster.request("PUT", "/" + index + "/_settings", "{\"index.routing.allocation.total_shards_per_node\":2}");
        cluster.request("POST", "/_cluster/reroute", """
                {"commands": [{"move": {"index": "%s", "shard": %s, "from_node": "n2", "to_node": "n1"}}]}
                """.formatted(index, shard));
        cluster.request("GET", "/_cluster/health/" + index + "?wait_for_no_relocating_shards=true&timeout=60s", null);
    }
}
