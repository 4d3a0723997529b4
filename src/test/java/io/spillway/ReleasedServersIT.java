package io.spillway;

import io.spillway.support.Dump;
import io.spillway.support.Spillway;
import io.spillway.support.TestCluster;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.elasticsearch.ElasticsearchContainer;

/** The same contract against released servers. Skipped without a Docker engine. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ReleasedServersIT {
    private static final String IMAGES = "docker.elastic.co/elasticsearch/elasticsearch:";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"8.11.4", "8.19.0", "9.1.0"})
    void aReleasedServerIsExportedWhole(String version) throws Exception {
        Assumptions.assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "no Docker engine answers");
        try (ElasticsearchContainer server = new ElasticsearchContainer(IMAGES + version)
                .withEnv("xpack.security.enabled", "false")
                .withEnv("ES_JAVA_OPTS", "-Xms512m -Xmx512m")
                .withStartupTimeout(Duration.ofMinutes(3))) {
            server.start();
            TestCluster cluster = new TestCluster(URI.create("http://" + server.getHttpHostAddress()));
            String index = cluster.newIndex(3);
            List<String> documents = IntStream.range(0, 2_000)
                    .mapToObj(i -> "{\"n\":" + i + ",\"price\":1.10,\"text\":\"ü\\n" + i + "\"}")
                    .toList();
            cluster.load(index, documents);
            Spillway.export(cluster, index, folder, "--slices", "4").succeeded();
            Dump.only(folder, "records").assertHolds(documents);
        }
    }
}
