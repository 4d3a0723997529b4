package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.compress.Compression;
import io.spillway.demo.DemoRecords;
import io.spillway.support.SnapshotRepository;
import io.spillway.support.Spillway;
import io.spillway.support.TestCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A history of the demo's records on a real server: the steps of both sources lead from each dump to the newest. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DemoChangesIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int DUMPS = 4;

    private final TestCluster cluster = TestCluster.shared();
    private final Random random = new Random(23);
    private final Map<String, String> records = new TreeMap<>();

    @TempDir
    private Path folder;

    private String filled() throws Exception {
        DemoRecords countries = DemoRecords.all().get(0);
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(countries.open(), StandardCharsets.UTF_8))) {
            for (String line : lines.lines().toList()) {
                records.put(JSON.readTree(line).get("cca3").textValue(), line);
            }
        }
        String index = cluster.newIndex(new String(countries.indexBody(), StandardCharsets.UTF_8));
        StringBuilder body = new StringBuilder();
        records.forEach((id, line) -> body.append(indexed(id, line)));
        send(index, body);
        return index;
    }

    private static String indexed(String id, String line) {
        return "{\"index\":{\"_id\":\"" + id + "\"}}\n" + line + "\n";
    }

    private void send(String index, StringBuilder body) throws Exception {
        cluster.bulk(index, body.toString().getBytes(StandardCharsets.UTF_8));
        cluster.request("POST", "/" + index + "/_refresh", null);
    }

    /** Every tenth country gets another area, every twentieth goes, and a new one comes. */
    private void edit(String index, int round) throws Exception {
        StringBuilder body = new StringBuilder();
        for (String id : List.copyOf(records.keySet())) {
            if (random.nextInt(20) == 0) {
                records.remove(id);
                body.append("{\"delete\":{\"_id\":\"").append(id).append("\"}}\n");
            } else if (random.nextInt(10) == 0) {
                put(body, id, id, round);
            }
        }
        put(body, "NEW" + round, records.keySet().iterator().next(), round);
        send(index, body);
    }

    private void put(StringBuilder body, String id, String like, int round) throws IOException {
        ObjectNode record = (ObjectNode) JSON.readTree(records.get(like));
        record.put("cca3", id).put("area", 1_000 + round);
        records.put(id, record.toString());
        body.append(indexed(id, record.toString()));
    }

    private void export(String dataset, String key, String... source) {
        List<String> command = new ArrayList<>(List.of("export", "--dataset", dataset, "--to", folder.toString()));
        command.addAll(List.of("--with-id", "--changes", key, "--accept-shrink"));
        command.addAll(List.of(source));
        Spillway.run(command.toArray(String[]::new)).succeeded();
    }

    private List<Path> dumps(String dataset) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(dataset))) {
            return files.filter(file -> Files.exists(file.resolve("manifest.json")) && !Files.isSymbolicLink(file))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> lines(Path dump, String names) throws IOException {
        List<String> lines = new ArrayList<>();
        try (var files = Files.newDirectoryStream(dump, names)) {
            for (Path file : files) {
                try (var in = Compression.parse("gzip", null).decompress(Files.newInputStream(file))) {
                    lines.addAll(new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList());
                }
            }
        }
        return lines.stream().sorted().toList();
    }

    private void assertEachDumpBecomesTheNewest(String dataset) throws Exception {
        List<Path> dumps = dumps(dataset);
        assertThat(dumps).hasSize(DUMPS);
        List<String> newest = lines(dumps.get(DUMPS - 1), "*Z.[0-9]*.jsonl.gz");
        assertThat(newest).hasSize(records.size());
        for (int from = 0; from < DUMPS - 1; from++) {
            Path copy = folder.resolve("copy-" + dataset + from);
            Spillway.run(
                            "apply",
                            "--from",
                            dumps.get(from).toString(),
                            "--changes",
                            folder.resolve(dataset).toString(),
                            "--to",
                            copy.toString())
                    .succeeded();
            assertThat(lines(copy, "*.copy.*")).isEqualTo(newest);
        }
        Spillway.run("verify", folder.resolve(dataset).toString()).succeeded();
    }

    @Test
    void aHistoryOfTheDemosRecordsIsFollowedFromBothSources() throws Exception {
        String index = filled();
        SnapshotRepository repository = cluster.newRepository("");
        for (int round = 0; round < DUMPS; round++) {
            if (round > 0) {
                edit(index, round);
            }
            export("live", "_id", "--elasticsearch", cluster.url().toString(), "--index", index);
            repository.take("round-" + round, index);
            export(
                    "kept",
                    "cca3",
                    "--snapshot-repository",
                    repository.directory().toString(),
                    "--index",
                    index);
        }

        assertEachDumpBecomesTheNewest("live");
        assertEachDumpBecomesTheNewest("kept");
        for (int dump = 1; dump < DUMPS; dump++) {
            var live = JSON.readTree(
                    dumps("live").get(dump).resolve("manifest.json").toFile());
            var kept = JSON.readTree(
                    dumps("kept").get(dump).resolve("manifest.json").toFile());
            assertThat(live.at("/changes/counts")).isEqualTo(kept.at("/changes/counts"));
            assertThat(live.at("/changes/digest")).isEqualTo(kept.at("/changes/digest"));
        }
    }
}
