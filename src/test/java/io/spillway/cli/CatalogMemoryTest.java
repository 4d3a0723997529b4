package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.manifest.Manifest;
import io.spillway.support.PublishedDumps;
import io.spillway.support.Spillway;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A catalog of many dumps with large manifests. */
@Tag("slow")
class CatalogMemoryTest {
    private static final Instant FIRST = Instant.parse("2026-01-01T03:00:00Z");
    private static final int DUMPS = 60;

    @TempDir
    private Path root;

    private final PublishedDumps dumps = new PublishedDumps();

    @BeforeEach
    void makeThemSmall() {
        dumps.parts = 1;
    }

    private void publish(int datasets) throws Exception {
        publish(datasets, DUMPS);
    }

    private void publish(int datasets, int days) throws Exception {
        for (int i = 0; i < datasets; i++) {
            for (int day = 0; day < days; day++) {
                dumps.publish(root, "dataset-" + i, FIRST.plus(Duration.ofDays(day)), 1);
            }
        }
    }

    private static List<Manifest.Field> fields(int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> new Manifest.Field(
                        "object_%02d.field_number_%05d".formatted(i % 40, i), "keyword", List.of("string"), 1L, null))
                .toList();
    }

    private String run(String heap, String... args) throws Exception {
        Path output = root.resolveSibling(root.getFileName() + ".out");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-cp",
                System.getProperty("java.class.path"),
                "io.spillway.cli.Main"));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            int exit = process.waitFor();
            return exit + " " + Files.readString(output);
        } finally {
            process.destroyForcibly().waitFor();
            Files.deleteIfExists(output);
        }
    }

    @Test
    void memoryDoesNotGrowWithTheFieldsOfOldDumps() throws Exception {
        dumps.fields = fields(1_000);
        publish(5);
        assertThat(run("40m", "catalog", root.toString())).startsWith("0 ").contains("5 datasets with 300 dumps");
    }

    @Test
    void memoryOfPruningDoesNotGrowWithTheDumpsOfADataset() throws Exception {
        dumps.fields = fields(2_000);
        publish(1, 150);
        Path schedule = Files.writeString(root.resolveSibling(root.getFileName() + ".yaml"), """
                dataset: dataset-0
                source: {elasticsearch: 'http://127.0.0.1:1', index: i}
                destinations: [{directory: '%s'}]
                keep: {last: 148, grace: 0s}
                """.formatted(root));
        assertThat(run("40m", "prune", schedule.toString())).startsWith("0 ");
        assertThat(root.resolve("dataset-0/2026-01-02T030000Z")).doesNotExist();
        assertThat(root.resolve("dataset-0/2026-01-03T030000Z/manifest.json")).exists();
        Files.delete(schedule);
    }

    @Test
    void aThousandUnusableManifestsGiveOneWarning() throws Exception {
        publish(2);
        try (var files = Files.walk(root)) {
            for (Path manifest :
                    files.filter(file -> file.endsWith("manifest.json")).toList()) {
                Files.writeString(manifest, "{\"format_version\": 1");
            }
        }
        var run = Spillway.run("catalog", root.toString());
        assertThat(run.err().lines().filter(line -> line.startsWith("warning")))
                .singleElement()
                .asString()
                .startsWith("warning: 120 dumps are not listed: dataset-0/2026-03-01T030000Z, ")
                .contains(" and 117 more. Cause of the first: ", "is not a manifest");
    }
}
