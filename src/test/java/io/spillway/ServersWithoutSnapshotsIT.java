package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.Dump;
import io.spillway.support.Spillway;
import io.spillway.support.Spillway.Outcome;
import io.spillway.support.TestCluster;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers that have no point in time, so that nothing proves what was read. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ServersWithoutSnapshotsIT {
    @TempDir
    private Path root;

    @ParameterizedTest(name = "{0}")
    @CsvSource({"elasticsearch-7.10.2, Elasticsearch 7.10.2, 7.10", "opensearch-1.3.20, OpenSearch 1.3.20, 2.4"})
    void aServerWithoutPointsInTimeIsRefusedWithTheWayOut(String server, String title, String since) throws Exception {
        TestCluster cluster = TestCluster.of(server);
        String index = cluster.newIndex(1);
        cluster.load(index, List.of("{\"n\":1}"));

        Outcome export = Spillway.export(cluster, index, root).refused(12);
        Outcome plan = Spillway.run(
                "plan", "--elasticsearch", cluster.url().toString(), "--index", index, "--to", root.toString());

        assertThat(export.err())
                .contains(title + " at " + cluster.url() + " has no point in time", "POST /" + index, since, "upgrade");
        assertThat(plan.refused(12).err()).contains(title, "has no point in time");
        Dump.assertNothingPublished(root);
    }
}
