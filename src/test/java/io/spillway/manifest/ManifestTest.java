package io.spillway.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An inconsistent manifest cannot be constructed: one test for each possible inconsistency. */
class ManifestTest {
    private static final String HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /** A manifest with two parts in each of two compressions. Tests change a member and check the result. */
    static final class Draft {
        int formatVersion = 1;
        String dataset = "journals";
        String dump = "journals/2026-11-21T030000Z";
        String title = "Journals";
        Instant takenAt = Instant.parse("2026-11-21T03:00:00.123Z");
        long inSnapshot = 30;
        long documents = 30;
        long bytes = 4_000;
        List<Part> parts = new ArrayList<>(List.of(
                part("journals-2026-11-21T030000Z.00001.jsonl", "none", 10),
                part("journals-2026-11-21T030000Z.00001.jsonl.gz", "gzip", 20),
                part("journals-2026-11-21T030000Z.00002.jsonl", "none", 20),
                part("journals-2026-11-21T030000Z.00002.jsonl.gz", "gzip", 10)));
        List<Manifest.Format> formats = new ArrayList<>(List.of(format("none"), format("gzip")));
        Integer schemaVersion = 4;
        SchemaChanges changes = new SchemaChanges(
                List.of("a"), List.of("b"), List.of(new SchemaChanges.Change("id", "long", "keyword")));
        Manifest.Previous previous = new Manifest.Previous("journals/2026-11-14T030000Z", 31, 4_100, -1, -100);
        List<String> accepted = List.of("shrink");
        List<Manifest.Field> fields = List.of(new Manifest.Field("id", "keyword", List.of("string"), 30L, "hash"));
        List<SideFile> files = new ArrayList<>(List.of(new SideFile("README.md", 12, HASH)));
        Changes between;

        Manifest make() {
            return new Manifest(
                    formatVersion,
                    dataset,
                    dump,
                    title,
                    null,
                    "CC0-1.0",
                    null,
                    List.of("/api/search/journals"),
                    Instant.parse("2026-11-28T03:00:00Z"),
                    takenAt,
                    new Manifest.Source(
                            "elasticsearch",
                            "8.19.21",
                            "journals",
                            List.of("journals-3"),
                            false,
                            null,
                            inSnapshot,
                            0L,
                            fields),
                    documents,
                    bytes,
                    schemaVersion,
                    changes,
                    previous,
                    accepted,
                    formats,
                    parts,
                    files,
                    null,
                    "0.1.0",
                    null,
                    null,
                    between);
        }
    }

    static Manifest.Format format(String compression) {
        return new Manifest.Format("jsonl", compression, Map.of(), Map.of());
    }

    static Part part(String name, String compression, long documents) {
        return new Part(name, "jsonl", compression, 1_000, 5_000, documents, HASH, "d41d8cd9", "da39a3ee");
    }

    private static void assertRefused(Draft draft, String... words) {
        assertThatIllegalArgumentException()
                .isThrownBy(draft::make)
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    @Test
    void partsMustBeInTheNamedFormats() {
        Draft fewer = new Draft();
        fewer.formats.remove(0);
        assertRefused(fewer, "jsonl", "none");
        Draft more = new Draft();
        more.formats.add(format("zstd"));
        assertRefused(more, "jsonl", "zstd");
    }

    @Test
    void aConsistentManifestCanBeConstructed() {
        Manifest manifest = new Draft().make();
        assertThat(manifest.id()).hasToString("journals/2026-11-21T030000Z");
    }

    @Test
    void partsWithFewerDocumentsThanTheSnapshotAreRefused() {
        Draft draft = new Draft();
        draft.parts.set(0, part("journals-2026-11-21T030000Z.00001.jsonl", "none", 9));
        assertRefused(draft, "29", "30", "none");
    }

    @Test
    void partsWithMoreDocumentsThanTheSnapshotAreRefused() {
        Draft draft = new Draft();
        draft.parts.set(1, part("journals-2026-11-21T030000Z.00001.jsonl.gz", "gzip", 21));
        assertRefused(draft, "31", "30", "gzip");
    }

    @Test
    void aMissingPartIsRefused() {
        Draft draft = new Draft();
        draft.parts.remove(3);
        draft.bytes = 3_000;
        assertRefused(draft, "20", "30");
    }

    @Test
    void aTotalThatDiffersFromTheSnapshotIsRefused() {
        Draft draft = new Draft();
        draft.inSnapshot = 31;
        assertRefused(draft, "30", "31", draft.dump);
    }

    @Test
    void aWrongSumOfBytesIsRefused() {
        Draft draft = new Draft();
        draft.bytes = 3_999;
        assertRefused(draft, "4000", "3999");
    }

    @Test
    void aDumpWithoutPartsIsRefused() {
        Draft draft = new Draft();
        draft.parts.clear();
        draft.documents = 0;
        draft.inSnapshot = 0;
        draft.bytes = 0;
        assertRefused(draft, "no parts");
    }

    @Test
    void anIdOfAnotherDatasetIsRefused() {
        for (String dump : List.of(
                "articles/2026-11-21T030000Z",
                "journals",
                "journals/",
                "journals/2026-11-21",
                "journals/2026-02-30T030000Z",
                "journals/2026-11-21T030000Z/more",
                "../journals/2026-11-21T030000Z")) {
            Draft draft = new Draft();
            draft.dump = dump;
            assertRefused(draft, dump);
        }
    }

    @Test
    void anInvalidDatasetNameIsRefused() {
        Draft draft = new Draft();
        draft.dataset = "../etc";
        draft.dump = "../etc/2026-11-21T030000Z";
        assertRefused(draft, "../etc");
    }

    @Test
    void anotherFormatVersionIsRefused() {
        Draft draft = new Draft();
        draft.formatVersion = 2;
        assertRefused(draft, "2");
    }

    @Test
    void aSchemaVersionBelowOneIsRefused() {
        Draft draft = new Draft();
        draft.schemaVersion = 0;
        assertRefused(draft, "schema version 0");
    }

    @Test
    void negativeNumbersAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Part("a", "jsonl", "none", -1, 0, 0, "", "", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> new Part("a", "jsonl", "none", 0, -1, 0, "", "", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> new Part("a", "jsonl", "none", 0, 0, -1, "", "", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> new SideFile("README.md", -1, HASH));
    }

    @Test
    void twoFilesOfOneNameAreRefused() {
        Draft draft = new Draft();
        draft.parts.set(2, part("journals-2026-11-21T030000Z.00001.jsonl", "none", 20));
        assertRefused(draft, "journals-2026-11-21T030000Z.00001.jsonl");
    }

    @Test
    void aNameThatLeavesTheFolderOfTheDumpIsRefused() {
        for (String name : List.of("../other", "a/b", "", ".", "..", ".hidden", "a b", "a\nb")) {
            assertThatIllegalArgumentException().as(name).isThrownBy(() -> part(name, "none", 1));
            assertThatIllegalArgumentException().as(name).isThrownBy(() -> new SideFile(name, 1, HASH));
        }
    }

    @Test
    void aDateThatDiffersFromTheDumpIsRefused() {
        Draft draft = new Draft();
        draft.takenAt = Instant.parse("2026-11-21T03:00:01Z");
        assertRefused(draft, "2026-11-21T03:00:01Z", draft.dump);
    }

    @Test
    void theListsItWasMadeFromMayChangeAfterwards() {
        Draft draft = new Draft();
        Manifest manifest = draft.make();
        draft.parts.clear();
        draft.files.clear();
        assertThat(manifest).isEqualTo(new Draft().make());
    }

    @Test
    void aRenamedPartKeepsEverythingElse() {
        assertThat(part("a", "gzip", 3).named("b")).isEqualTo(part("b", "gzip", 3));
    }
}
