package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.compress.Compression;
import io.spillway.support.SnapshotRepository;
import io.spillway.support.Spillway;
import io.spillway.support.TestCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Changes of a real index, read through the API and from a snapshot repository. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ChangesIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int DOCUMENTS = 500;

    private final TestCluster cluster = TestCluster.shared();

    @TempDir
    private Path folder;

    private String filled() throws Exception {
        String index = cluster.newIndex(2);
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < DOCUMENTS; i++) {
            body.append(action(i, 1));
        }
        cluster.bulk(index, body.toString().getBytes(StandardCharsets.UTF_8));
        cluster.request("POST", "/" + index + "/_refresh", null);
        return index;
    }

    private static String action(int id, int version) {
        return "{\"index\":{\"_id\":\"d%d\"}}\n{\"id\":\"k%d\",\"version\":%d}\n".formatted(id, id, version);
    }

    /** Changes three documents, deletes two and adds one. */
    private void edit(String index) throws Exception {
        String body = action(1, 2) + action(250, 2) + action(499, 2) + action(1000, 1)
                + "{\"delete\":{\"_id\":\"d7\"}}\n{\"delete\":{\"_id\":\"d8\"}}\n";
        cluster.bulk(index, body.getBytes(StandardCharsets.UTF_8));
        cluster.request("POST", "/" + index + "/_refresh", null);
    }

    private List<Path> dumps() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("edits"))) {
            return files.filter(file -> Files.exists(file.resolve("manifest.json")) && !Files.isSymbolicLink(file))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> lines(Path dump, String pattern) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(dump)) {
            for (Path file : files.filter(each -> each.getFileName().toString().matches(pattern))
                    .toList()) {
                try (var in = Compression.parse("gzip", null).decompress(Files.newInputStream(file))) {
                    new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .forEach(lines::add);
                }
            }
        }
        return lines;
    }

    private void assertChangesLeadFromTheFirstToTheSecond() throws Exception {
        List<Path> dumps = dumps();
        assertThat(dumps).hasSize(2);
        JsonNode changes =
                JSON.readTree(dumps.get(1).resolve("manifest.json").toFile()).get("changes");
        assertThat(changes.get("counts").toString())
                .isEqualTo("{\"added\":1,\"changed\":3,\"deleted\":2,\"unchanged\":495}");
        Map<String, String> byId = new TreeMap<>();
        for (String line : lines(dumps.get(0), ".*Z\\.\\d+\\.jsonl\\.gz")) {
            byId.put(JSON.readTree(line).get("_id").textValue(), line);
        }
        for (String line : lines(dumps.get(1), ".*\\.changes\\.\\d+\\.jsonl\\.gz")) {
            byId.put(JSON.readTree(line).get("_id").textValue(), line);
        }
        for (String line : lines(dumps.get(1), ".*\\.deleted\\.\\d+\\.jsonl\\.gz")) {
            byId.remove(JSON.readTree(line).get("key").textValue());
        }
        assertThat(byId.values().stream().sorted())
                .isEqualTo(lines(dumps.get(1), ".*Z\\.\\d+\\.jsonl\\.gz").stream()
                        .sorted()
                        .toList());
        JsonNode steps = JSON.readTree(folder.resolve("edits/changes.json").toFile());
        assertThat(steps.get("steps")).hasSize(1);
        Spillway.run("verify", dumps.get(1).toString()).succeeded();
    }

    @Test
    void editsOfAnIndexAreTheChangesOfItsNextDump() throws Exception {
        String index = filled();
        for (int i = 0; i < 2; i++) {
            Spillway.run(
                            "export",
                            "--elasticsearch",
                            cluster.url().toString(),
                            "--index",
                            index,
                            "--dataset",
                            "edits",
                            "--to",
                            folder.toString(),
                            "--format",
                            "jsonl,bulk",
                            "--with-id",
                            "--changes",
                            "_id")
                    .succeeded();
            edit(index);
        }
        assertChangesLeadFromTheFirstToTheSecond();
        String copy = cluster.newIndex(1);
        for (String kind : List.of(".*Z\\.\\d+\\.bulk.*", ".*\\.changes\\.\\d+\\.bulk.*")) {
            Path dump = dumps().get(kind.contains("changes") ? 1 : 0);
            cluster.bulk(copy, (String.join("\n", lines(dump, kind)) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        cluster.request("POST", "/" + copy + "/_refresh", null);
        assertThat(cluster.request("GET", "/" + copy + "/_count", null)).contains("\"count\":" + (DOCUMENTS - 1));
    }

    @Test
    void planStatesTheRoomThatChangesNeed() throws Exception {
        String index = filled();
        List<String> command = List.of(
                "plan",
                "--elasticsearch",
                cluster.url().toString(),
                "--index",
                index,
                "--dataset",
                "edits",
                "--to",
                folder.toString(),
                "--with-id",
                "--changes",
                "_id");
        assertThat(Spillway.run(command.toArray(String[]::new)).succeeded().out())
                .contains("stay on this disk (44 bytes and the key for each document)", "files with changes: ");
        List<String> json = new ArrayList<>(command);
        json.add("--json");
        JsonNode line = JSON.readTree(
                Spillway.run(json.toArray(String[]::new)).succeeded().out());
        assertThat(line.get("changes_bytes_at_most")).isEqualTo(line.get("estimated_bytes"));
        long digests = 2L * (44 + 24) * DOCUMENTS;
        assertThat(line.get("changes_scratch_bytes").longValue())
                .isGreaterThan(digests)
                .isLessThanOrEqualTo(
                        digests + line.get("estimated_bytes_uncompressed").longValue());
    }

    @Test
    void snapshotsInARepositoryHaveTheSameChanges() throws Exception {
        String index = filled();
        SnapshotRepository repository = cluster.newRepository("");
        for (int i = 0; i < 2; i++) {
            repository.take("edits-" + i, index);
            Spillway.run(
                            "export",
                            "--snapshot-repository",
                            repository.directory().toString(),
                            "--index",
                            index,
                            "--dataset",
                            "edits",
                            "--to",
                            folder.toString(),
                            "--with-id",
                            "--changes",
                            "_id")
                    .succeeded();
            edit(index);
        }
        assertChangesLeadFromTheFirstToTheSecond();
    }

    @Test
    void aKeyThatIsNotPublishedIsRefusedBeforeAnythingIsRead() throws Exception {
        String index = filled();
        for (List<String> wrong : List.of(
                List.of("--changes", "_id"),
                List.of("--changes", "nowhere"),
                List.of("--changes", "id", "--exclude", "id", "--include", "version"),
                List.of("--changes", "version", "--format", "csv"))) {
            List<String> command = new ArrayList<>(List.of(
                    "export",
                    "--elasticsearch",
                    cluster.url().toString(),
                    "--index",
                    index,
                    "--dataset",
                    "edits",
                    "--to",
                    folder.toString()));
            command.addAll(wrong);
            assertThat(Spillway.run(command.toArray(String[]::new)).refused(3).err())
                    .contains("changes.key")
                    .contains(wrong.get(1));
        }
    }
}
