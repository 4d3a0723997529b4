package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.fault.Fault;
import io.spillway.support.Dump;
import io.spillway.support.Spillway;
import io.spillway.support.Spillway.Outcome;
import io.spillway.support.TestCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An index that loses half of its documents between two exports, and what readers and operators see. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class GateIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int DOCUMENTS = 400;

    @TempDir
    private Path root;

    private TestCluster cluster;
    private String index;
    private Path old;

    @BeforeEach
    void exportThenLoseHalf() throws Exception {
        cluster = TestCluster.shared();
        index = cluster.newIndex(2);
        bulk(IntStream.range(0, DOCUMENTS)
                .mapToObj(n -> "{\"index\":{\"_id\":\"" + n + "\"}}\n{\"n\":" + n + "}\n")
                .collect(Collectors.joining()));
        export().succeeded();
        old = Dump.only(root, "records").folder();
        bulk(IntStream.range(0, DOCUMENTS / 2)
                .mapToObj(n -> "{\"delete\":{\"_id\":\"" + n + "\"}}\n")
                .collect(Collectors.joining()));
    }

    private void bulk(String body) throws IOException, InterruptedException {
        cluster.bulk(index, body.getBytes(StandardCharsets.UTF_8));
        cluster.request("POST", "/" + index + "/_refresh", null);
    }

    private Outcome export(String... more) {
        return Spillway.export(cluster, index, root, more);
    }

    private JsonNode status() throws IOException {
        return JSON.readTree(Files.readAllBytes(root.resolve("records/status.json")));
    }

    @Test
    void theRefusalOfTheSecondExportNamesTheNumbersAndTheFlag() throws Exception {
        Outcome outcome = export().refused(31);
        assertThat(outcome.err())
                .contains("documents fell from 400 to 200, by 50%; gate.shrink allows 5%", "--accept-shrink");
    }

    @Test
    void theOldDumpRemainsTheOnlyOneAndWhole() throws Exception {
        export().refused(31);
        assertThat(Dump.folders(root, "records")).containsExactly(old);
        Spillway.run("verify", old.toString()).succeeded();
    }

    @Test
    void theStatusShowsTheRefusalAndTheLastGoodDump() throws Exception {
        export().refused(31);
        assertThat(status().at("/last_attempt/outcome").textValue()).isEqualTo("refused");
        assertThat(status().at("/last_attempt/exit_code").intValue()).isEqualTo(31);
        assertThat(status().at("/last_attempt/reason").textValue()).isEqualTo(Fault.GATE.meaning());
        assertThat(status().at("/last_good/dump").textValue()).isEqualTo("records/" + old.getFileName());
    }

    @Test
    void withAcceptShrinkItIsPublishedAndTheManifestRecordsIt() throws Exception {
        export("--accept-shrink").succeeded();
        List<Path> dumps = Dump.folders(root, "records");
        assertThat(dumps).hasSize(2).startsWith(old);
        Dump dump = Dump.at(dumps.get(1));
        assertThat(dump.lines()).hasSize(DOCUMENTS / 2);
        assertThat(dump.manifest().path("accepted")).isEqualTo(JSON.readTree("[\"shrink\"]"));
        assertThat(dump.manifest().at("/previous/documents_difference").intValue())
                .isEqualTo(-DOCUMENTS / 2);
        assertThat(status().at("/last_attempt/outcome").textValue()).isEqualTo("published");
        assertThat(status().at("/last_good/documents").intValue()).isEqualTo(DOCUMENTS / 2);
    }

    @Test
    void theNextExportIsComparedWithTheAcceptedOne() throws Exception {
        export("--accept-shrink").succeeded();
        export().succeeded();
        Path third = Dump.folders(root, "records").get(2);
        assertThat(Dump.at(third).manifest().has("accepted")).isFalse();
    }

    @Test
    void aNewMappedFieldGivesTheNextVersionOfTheSchema() throws Exception {
        bulk("{\"index\":{}}\n{\"n\":1,\"title\":\"new\"}\n");
        export("--accept-shrink").succeeded();
        JsonNode manifest = Dump.at(Dump.folders(root, "records").get(1)).manifest();
        assertThat(manifest.path("schema_version").intValue()).isEqualTo(2);
        assertThat(manifest.at("/schema_changes/added").toString()).contains("\"title\"");
    }

    @Test
    void anUnavailableClusterIsAFailureAndIsNotNamed() throws Exception {
        Spillway.run("export", "--elasticsearch", "http://127.0.0.1:1", "--index", "records", "--to", root.toString())
                .refused(10);
        assertThat(status().at("/last_attempt/outcome").textValue()).isEqualTo("failed");
        assertThat(status().toString()).contains(old.getFileName().toString()).doesNotContain("127.0.0.1");
    }
}
