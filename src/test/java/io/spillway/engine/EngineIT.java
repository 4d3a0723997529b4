package io.spillway.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import io.spillway.run.SyntheticExport;
import io.spillway.support.Spillway;
import io.spillway.support.TestCluster;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slices of real servers that run apart: the same parts as a plain export, and nothing left on the server. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class EngineIT {
    private static final int DOCUMENTS = 3_000;

    @TempDir
    private Path temporary;

    /** Elasticsearch has one point in time for all shards, OpenSearch one for each. The query has another meaning each moment. */
    @ParameterizedTest
    @ValueSource(strings = {"elasticsearch-8.19.21", "opensearch-2.19.4"})
    void partsAreThoseOfAPlainExport(String server) throws Exception {
        TestCluster cluster = TestCluster.of(server);
        String index = filled(cluster);
        int open = cluster.openContexts();
        Path schedule = schedule(cluster, index, "apart");
        Path plain = schedule(cluster, index, "plain");
        Spillway.run("export", plain.toString()).succeeded();

        ThreadEngine engine = new ThreadEngine(3, SliceTask::run);
        assertThat(EngineExport.export(new String[] {schedule.toString()}, engine))
                .isZero();

        Manifest expected = manifest("plain");
        Manifest found = manifest("apart");
        assertThat(found.documents()).isEqualTo(DOCUMENTS);
        assertThat(found.parts()).hasSizeGreaterThan(4);
        assertThat(found.parts())
                .extracting(Part::sha256)
                .isEqualTo(expected.parts().stream().map(Part::sha256).toList());
        assertThat(found.source())
                .usingRecursiveComparison()
                .ignoringFields("now")
                .isEqualTo(expected.source());
        assertThat(cluster.openContexts()).isLessThanOrEqualTo(open);
        assertThat(SyntheticExport.tree(temporary.resolve("apart"))).noneMatch(name -> name.contains("incomplete"));
    }

    @Test
    void aPointInTimeThatIsClosedInTheMiddleIsOpenedAgain() throws Exception {
        TestCluster cluster = TestCluster.shared();
        String index = filled(cluster);
        int open = cluster.openContexts();
        AtomicInteger calls = new AtomicInteger();
        ThreadEngine tasks = new ThreadEngine(2, SliceTask::run);
        BiConsumer<List<String>, BiConsumer<Integer, String>> engine = (all, receiver) -> {
            if (calls.incrementAndGet() == 1) {
                close(cluster, all.get(0));
            }
            tasks.accept(all, receiver);
        };
        assertThat(EngineExport.export(
                        new String[] {schedule(cluster, index, "lost").toString()}, engine))
                .isZero();
        assertThat(calls.get()).isEqualTo(2);
        assertThat(manifest("lost").documents()).isEqualTo(DOCUMENTS);
        assertThat(cluster.openContexts()).isLessThanOrEqualTo(open);
    }

    private static void close(TestCluster cluster, String task) {
        try {
            String id = TaskText.of(task).snapshot().inner().replaceFirst("(?s)^.*\"id\":\"([^\"]*)\".*$", "$1");
            cluster.request("DELETE", "/_pit", "{\"id\":\"" + id + "\"}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String filled(TestCluster cluster) throws Exception {
        String index = cluster.newIndex("""
                {"settings": {"number_of_shards": 3, "number_of_replicas": 0},
                 "mappings": {"properties": {"n": {"type": "long"}, "at": {"type": "date"}}}}
                """);
        cluster.load(
                index,
                IntStream.range(0, DOCUMENTS)
                        .mapToObj("{\"n\": %d, \"at\": \"2020-01-01\", \"text\": \"some text\"}"::formatted)
                        .toList());
        return index;
    }

    private Path schedule(TestCluster cluster, String index, String name) throws IOException {
        boolean bySlices = name.equals("plain") || name.equals("apart") || name.equals("lost");
        return Files.writeString(temporary.resolve(name + ".yaml"), """
                dataset: %s
                source:
                  elasticsearch: %s
                  index: %s
                  query: {range: {at: {lte: now}}}
                  %s
                destinations: [{directory: %s}]
                parts: {documents: 400}
                """.formatted(
                        name, cluster.url(), index, bySlices ? "slices: 7" : "", temporary.resolve(name)));
    }

    private Manifest manifest(String name) throws Exception {
        try (Stream<Path> dumps = Files.list(temporary.resolve(name).resolve(name))) {
            Path dump = dumps.filter(each -> each.getFileName().toString().startsWith("20"))
                    .filter(each -> !Files.isSymbolicLink(each))
                    .findFirst()
                    .orElseThrow();
            try (InputStream in = Files.newInputStream(dump.resolve(Manifest.FILE_NAME))) {
                return ManifestJson.read(in, dump.toString());
            }
        }
    }
}
