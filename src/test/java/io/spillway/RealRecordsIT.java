package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.support.Dump;
import io.spillway.support.Spillway;
import io.spillway.support.TestCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real records with their real mappings are exported byte for byte as they were indexed, for any number of shards and
 * slices. Reads the sets from {@code ../shared/data} if that folder exists.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RealRecordsIT {
    private static final Path DATA = Path.of("..", "shared", "data");
    private static final List<String> SETS = List.of(
            "doaj-journals",
            "doaj-articles",
            "datacite",
            "ror",
            "tate-artworks",
            "formulae",
            "mlab-ndt7",
            "br-municipios",
            "geonames-cities");

    private static final JsonMapper JSON = new JsonMapper();

    /** The indices created so far: each is exported many times. */
    private static final Map<String, String> INDICES = new HashMap<>();

    @TempDir
    private Path root;

    static Stream<Arguments> everySetShardsAndSlices() {
        return SETS.stream()
                .flatMap(set -> Stream.of(1, 3)
                        .flatMap(shards -> Stream.of(1, 2, 5, 16).map(slices -> Arguments.of(set, shards, slices))));
    }

    @ParameterizedTest(name = "{0}, {1} shards, {2} slices")
    @MethodSource("everySetShardsAndSlices")
    void everyRecordIsExportedByteForByte(String set, int shards, int slices) throws Exception {
        List<String> records = records(set);
        TestCluster cluster = TestCluster.shared();
        String index = index(cluster, set, shards, records);

        Spillway.export(cluster, index, root, "--slices", String.valueOf(slices))
                .succeeded();

        Dump dump = Dump.only(root, "records");
        dump.assertHolds(records.stream().map(Dump::utf8).toList());
        assertThat(dump.manifest().path("documents").longValue()).isEqualTo(records.size());
        assertThat(dump.manifest().at("/source/indices/0").textValue()).isEqualTo(index);
        Spillway.run("verify", dump.folder().toString()).succeeded();
        Assumptions.assumeTrue(Dump.hasSha256sum(), "everything else passed; there is no sha256sum here");
        assertThat(dump.sha256sum()).isZero();
    }

    private static List<String> records(String set) throws IOException {
        Path file = DATA.resolve(set + ".jsonl.gz");
        Assumptions.assumeTrue(Files.isReadable(file), "no real records: there is no " + file);
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            return lines.lines().toList();
        }
    }

    private static String index(TestCluster cluster, String set, int shards, List<String> records)
            throws IOException, InterruptedException {
        String key = set + " " + shards;
        if (!INDICES.containsKey(key)) {
            ObjectNode body = (ObjectNode) JSON.readTree(Files.readAllBytes(DATA.resolve(set + ".mapping.json")));
            body.withObject("/settings")
                    .removeAll()
                    .put("number_of_shards", shards)
                    .put("number_of_replicas", 0);
            String index = cluster.newIndex(body.toString());
            cluster.load(index, records);
            INDICES.put(key, index);
        }
        return INDICES.get(key);
    }
}
