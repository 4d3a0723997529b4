package io.spillway.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.catalog.Ledger;
import io.spillway.catalog.Memory;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.run.DirectoryMemory;
import io.spillway.support.SteppedDestination;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreviousDumpTest {
    @TempDir
    private Path root;

    @TempDir
    private Path elsewhere;

    private LocalDirectory directory;
    private Memory memory;

    @BeforeEach
    void open() throws Exception {
        directory = LocalDirectory.open(root);
        memory = new DirectoryMemory(directory);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private Optional<String> found() throws SpillwayException {
        return at().dump().map(Manifest::dump);
    }

    /** The result of a search in the directory, which is home, and in these. */
    private PreviousDump.Found at(Destination... others) throws SpillwayException {
        return new PreviousDump(directory, List.of(others), memory).of("journals", null);
    }

    private Path addDump(String dump, String manifestOf) throws Exception {
        Path folder = Files.createDirectories(root.resolve("journals").resolve(dump));
        Manifest manifest = new DraftMaker().takenAt(manifestOf).manifest();
        return Files.write(folder.resolve("manifest.json"), ManifestJson.write(manifest));
    }

    @Test
    void aDatasetWithoutADumpHasNone() throws Exception {
        Files.createDirectories(root.resolve("journals/2026-11-21T030000Z"));
        assertThat(found()).isEmpty();
    }

    @Test
    void theNewestDumpIsFound() throws Exception {
        addDump("2026-11-14T030000Z", "2026-11-14T03:00:00Z");
        addDump("2026-11-21T030000Z", "2026-11-21T03:00:00Z");
        addDump("2025-12-31T030000Z", "2025-12-31T03:00:00Z");
        assertThat(found()).contains("journals/2026-11-21T030000Z");
    }

    @Test
    void aDumpBeingWithdrawnIsSkipped() throws Exception {
        addDump("2026-11-14T030000Z", "2026-11-14T03:00:00Z");
        Path manifest = addDump("2026-11-21T030000Z", "2026-11-21T03:00:00Z");
        Files.writeString(manifest.resolveSibling("withdrawn.json"), "{}");
        assertThat(found()).contains("journals/2026-11-14T030000Z");
    }

    @Test
    void aBrokenManifestIsSkippedAndReported() throws Exception {
        addDump("2026-11-14T030000Z", "2026-11-14T03:00:00Z");
        Files.writeString(addDump("2026-11-21T030000Z", "2026-11-21T03:00:00Z"), "{\"format_version\":1}");
        assertThat(found()).contains("journals/2026-11-14T030000Z");
        assertThat(at().blind()).singleElement().asString().contains("2026-11-21T030000Z", "is not a manifest");
    }

    @Test
    void theManifestOfAnotherDumpIsSkippedAndReported() throws Exception {
        addDump("2026-11-14T030000Z", "2026-11-14T03:00:00Z");
        addDump("2026-11-21T030000Z", "2026-11-20T03:00:00Z");
        assertThat(found()).contains("journals/2026-11-14T030000Z");
        assertThat(at().blind()).hasSize(1);
    }

    @Test
    void aDamagedDumpDatedLaterThanTheNewOneIsIgnored() throws Exception {
        addDump("2026-11-14T030000Z", "2026-11-14T03:00:00Z");
        Files.writeString(addDump("2099-01-01T000000Z", "2099-01-01T00:00:00Z"), "");
        DumpId next = new DumpId("journals", Instant.parse("2026-11-21T03:00:00Z"));
        PreviousDump.Found found = new PreviousDump(directory, List.of(), memory).of("journals", next);
        assertThat(found.blind()).isEmpty();
        assertThat(found.dump().map(Manifest::dump)).contains("journals/2026-11-14T030000Z");
    }

    @Test
    void theMemoryKnowsADumpWhoseManifestIsDamaged() throws Exception {
        Path manifest = addDump("2026-11-21T030000Z", "2026-11-21T03:00:00Z");
        new Ledger(memory, "journals")
                .published(new DraftMaker().takenAt("2026-11-21T03:00:00Z").manifest());
        Files.writeString(manifest, "");
        assertThat(found()).contains("journals/2026-11-21T030000Z");
        assertThat(at().blind()).isEmpty();
    }

    @Test
    void anotherDestinationKnowsADumpThatIsDamagedAtHome() throws Exception {
        Path manifest = addDump("2026-11-21T030000Z", "2026-11-21T03:00:00Z");
        Path copy = Files.createDirectories(elsewhere.resolve("journals/2026-11-21T030000Z"));
        Files.copy(manifest, copy.resolve("manifest.json"));
        Files.writeString(manifest, "");
        try (LocalDirectory other = LocalDirectory.open(elsewhere)) {
            assertThat(at(other).dump().map(Manifest::dump)).contains("journals/2026-11-21T030000Z");
            assertThat(at(other).blind()).isEmpty();
        }
    }

    @Test
    void forANewHomeTheOtherDestinationsAreUsed() throws Exception {
        Path manifest = addDump("2026-11-21T030000Z", "2026-11-21T03:00:00Z");
        Path copy = Files.createDirectories(elsewhere.resolve("journals/2026-11-21T030000Z"));
        Files.move(manifest, copy.resolve("manifest.json"));
        try (LocalDirectory other = LocalDirectory.open(elsewhere)) {
            assertThat(at(other).dump().map(Manifest::dump)).contains("journals/2026-11-21T030000Z");
        }
    }

    private Destination away() {
        return new SteppedDestination(directory, (step, folder) -> {}) {
            @Override
            public String name() {
                return "s3://away/";
            }

            @Override
            public List<StoredObject> list(String prefix) throws SpillwayException {
                throw new SpillwayException(Fault.DESTINATION_UNAVAILABLE, "connection refused", null);
            }
        };
    }

    @Test
    void homeIsSufficientWhileAnotherDestinationIsUnavailable() throws Exception {
        addDump("2026-11-21T030000Z", "2026-11-21T03:00:00Z");
        assertThat(at(away()).blind()).isEmpty();
    }

    @Test
    void theMemoryIsSufficientWhileAnotherDestinationIsUnavailable() throws Exception {
        new Ledger(memory, "journals")
                .published(new DraftMaker().takenAt("2026-11-21T03:00:00Z").manifest());
        assertThat(at(away()).blind()).isEmpty();
        assertThat(at(away()).dump().map(Manifest::dump)).contains("journals/2026-11-21T030000Z");
    }

    @Test
    void aHomeWhoseOnlyDumpIsWithdrawnIsNotNew() throws Exception {
        Path manifest = addDump("2026-11-21T030000Z", "2026-11-21T03:00:00Z");
        Files.move(manifest, manifest.resolveSibling("withdrawn.json"));
        assertThat(at(away()).blind()).isEmpty();
    }

    @Test
    void anAvailableDestinationKnowsTheDatasetWhileAnotherIsUnavailable() throws Exception {
        try (LocalDirectory other = LocalDirectory.open(elsewhere)) {
            assertThat(at(away(), other).blind()).isEmpty();
        }
    }

    @Test
    void aDumpWithdrawnAnywhereIsNotThePreviousOne() throws Exception {
        addDump("2026-11-14T030000Z", "2026-11-14T03:00:00Z");
        addDump("2026-11-21T030000Z", "2026-11-21T03:00:00Z");
        Path notice = Files.createDirectories(elsewhere.resolve("journals/2026-11-21T030000Z"));
        Files.writeString(notice.resolve("withdrawn.json"), "{}");
        try (LocalDirectory other = LocalDirectory.open(elsewhere)) {
            assertThat(at(other).dump().map(Manifest::dump)).contains("journals/2026-11-14T030000Z");
        }
    }

    @Test
    void aManifestOutsideADumpFolderIsIgnored() throws Exception {
        addDump("copy-of-2026-11-21T030000Z", "2026-11-21T03:00:00Z");
        addDump("2026-11-21T030000Z/inside", "2026-11-21T03:00:00Z");
        addDump(".", "2026-11-21T03:00:00Z");
        assertThat(found()).isEmpty();
    }

    @Test
    void anUnavailableDestinationIsNotADatasetWithoutDumps() throws Exception {
        addDump("2026-11-14T030000Z", "2026-11-14T03:00:00Z");
        Destination away = new SteppedDestination(directory, (step, folder) -> {}) {
            @Override
            public InputStream open(ObjectKey key) throws SpillwayException {
                throw new SpillwayException(Fault.DESTINATION_UNAVAILABLE, "gone for lunch", null);
            }
        };
        PreviousDump.Found found = new PreviousDump(away, List.of(), Memory.NONE).of("journals", null);
        assertThat(found.dump()).isEmpty();
        assertThat(found.blind()).containsExactly("gone for lunch");
    }

    @Test
    void itCostsOneListingAndOneObject() throws Exception {
        addDump("2026-11-14T030000Z", "2026-11-14T03:00:00Z");
        addDump("2026-11-21T030000Z", "2026-11-21T03:00:00Z");
        List<String> steps = new ArrayList<>();
        new PreviousDump(new SteppedDestination(directory, (step, folder) -> steps.add(step)), List.of(), Memory.NONE)
                .of("journals", null);
        assertThat(steps)
                .filteredOn(step -> !step.endsWith("find"))
                .containsExactly("before list", "after list", "before open", "after open");
    }
}
