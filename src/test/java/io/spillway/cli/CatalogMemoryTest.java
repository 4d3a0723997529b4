package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.manifest.Manifest;
import io.spillway.support.PublishedDumps;
import io.spillway.support.Spillway;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A catalog of many dumps with large manifests. */
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
        for (int i = 0; i < datasets; i++) {
            for (int day = 0; day < DUMPS; day++) {
                dumps.publish(root, "dataset-" + i, FIRST.plus(Duration.ofDays(day)), 1);
            }
        }
    }

    private String catalog(String heap) throws Exception {
        Path output = root.resolveSibling(root.getFileName() + ".out");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heap,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.spillway.cli.Main",
                        "catalog",
                        root.toString())
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
        dumps.fields = IntStream.range(0, 1_000)
                .mapToObj(i -> new Manifest.Field(
                        "object_%02d.field_number_%05d".formatted(i % 40, i), "keyword", List.of("string"), 1L, null))
                .toList();
        publish(5);
        assertThat(catalog("40m")).startsWith("0 ").contains("5 datasets with 300 dumps");
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
