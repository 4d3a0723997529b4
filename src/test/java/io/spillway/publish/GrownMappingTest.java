package io.spillway.publish;

import static io.spillway.publish.DraftMaker.field;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.config.Percent;
import io.spillway.destination.Destination;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fields.PublishedField;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.SchemaChanges;
import io.spillway.run.SyntheticExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How three dumps describe a mapping whose fields are added, change their type and stay. The second dump's manifest and
 * schema are compared byte for byte; {@code -Dgolden.update} writes them again.
 */
class GrownMappingTest {
    private static final Path GOLDEN = Path.of("src", "test", "resources", "golden", "grown");

    @TempDir
    private Path root;

    private Destination directory;
    private Manifest first;
    private Manifest second;

    @BeforeEach
    void publishTwoDumps() throws Exception {
        directory = LocalDirectory.open(root);
        first = publish(new DraftMaker()
                .takenAt("2026-11-14T03:00:00Z")
                .fields(field("id", "keyword", 100, "string"), field("old", "long", 3, "number"), year("long")));
        second = publish(new DraftMaker()
                .takenAt("2026-11-21T03:00:00Z")
                .documents(101)
                .fields(field("id", "keyword", 101, "string"), field("new", null, 1, "string"), year("keyword")));
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private static PublishedField year(String type) {
        return field("year", type, 60, "number");
    }

    private Manifest publish(DraftMaker draft, Gate.Refusal... accepted) throws Exception {
        Gate gate = new Gate(new Gate.Rules(Percent.parse("5%"), false, Set.of(accepted)));
        Path folder = Files.createTempDirectory(root, ".work");
        try {
            return new Publisher(directory, "0.0.0-test", gate).publish(draft.in(folder));
        } finally {
            Files.deleteIfExists(folder);
        }
    }

    @Test
    void theFirstDumpHasTheFirstSchemaAndNoPreviousDump() {
        assertThat(first.schemaVersion()).isEqualTo(1);
        assertThat(first.schemaChanges()).isNull();
        assertThat(first.previous()).isNull();
        assertThat(first.accepted()).isNull();
    }

    @Test
    void theSecondDumpNamesTheChangesAndIncrementsTheVersion() {
        assertThat(second.schemaVersion()).isEqualTo(2);
        assertThat(second.schemaChanges())
                .isEqualTo(new SchemaChanges(
                        List.of("new"), List.of("old"), List.of(new SchemaChanges.Change("year", "long", "keyword"))));
        assertThat(second.previous())
                .isEqualTo(new Manifest.Previous("journals/2026-11-14T030000Z", 100, 1_100, 1, 11));
    }

    @Test
    void aThirdDumpWithTheSameFieldsKeepsTheVersion() throws Exception {
        Manifest third = publish(new DraftMaker()
                .takenAt("2026-11-28T03:00:00Z")
                .documents(110)
                .fields(field("new", null, 90, "number"), field("id", "keyword", 110), year("keyword")));
        assertThat(third.schemaVersion()).isEqualTo(2);
        assertThat(third.schemaChanges()).isNull();
    }

    @Test
    void theManifestRecordsTheOperatorsOverride() throws Exception {
        DraftMaker small = new DraftMaker().takenAt("2026-11-28T03:00:00Z").documents(10);
        assertThat(publish(small, Gate.Refusal.SHRINK, Gate.Refusal.SCHEMA).accepted())
                .containsExactly("shrink");
    }

    @Test
    void theManifestOfTheSecondDumpMatchesTheGoldenFile() throws Exception {
        assertGolden("manifest.json");
    }

    @Test
    void theSchemaOfTheSecondDumpMatchesTheGoldenFile() throws Exception {
        assertGolden("schema.json");
    }

    @Test
    void bothDumpsVerify() throws Exception {
        assertThat(SyntheticExport.verify(root, first.dump())).isEqualTo(first);
        assertThat(SyntheticExport.verify(root, second.dump())).isEqualTo(second);
    }

    @Test
    void theSampleIsBesideThePartsIfThereIsOne() throws Exception {
        DraftMaker draft = new DraftMaker().takenAt("2026-11-28T03:00:00Z").documents(101);
        draft.sample = "{\"id\":\"a\"}\n";
        Manifest third = publish(draft);
        Path dump = root.resolve(third.dump());
        assertThat(dump.resolve("sample.jsonl")).hasContent("{\"id\":\"a\"}\n");
        assertThat(Files.readString(dump.resolve("README.md"))).contains("`sample.jsonl`");
        assertThat(root.resolve(second.dump()).resolve("sample.jsonl")).doesNotExist();
    }

    private void assertGolden(String name) throws IOException {
        String found = Files.readString(root.resolve(second.dump()).resolve(name));
        if (System.getProperty("golden.update") != null) {
            Files.createDirectories(GOLDEN);
            Files.writeString(GOLDEN.resolve(name), found);
        }
        assertThat(found).isEqualTo(Files.readString(GOLDEN.resolve(name)));
    }
}
