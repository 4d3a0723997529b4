package io.spillway.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.pipeline.SteppedDestination;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private Destination directory;

    @BeforeEach
    void open() throws Exception {
        directory = LocalDirectory.open(root);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private Optional<String> found() throws SpillwayException {
        return new PreviousDump(directory).of("journals").map(Manifest::dump);
    }

    private Path stand(String dump, String manifestOf) throws Exception {
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
    void theNewestIsFound() throws Exception {
        stand("2026-11-14T030000Z", "2026-11-14T03:00:00Z");
        stand("2026-11-21T030000Z", "2026-11-21T03:00:00Z");
        stand("2025-12-31T030000Z", "2025-12-31T03:00:00Z");
        assertThat(found()).contains("journals/2026-11-21T030000Z");
    }

    @Test
    void whatIsJustTakenBackIsPassedOver() throws Exception {
        stand("2026-11-14T030000Z", "2026-11-14T03:00:00Z");
        Path manifest = stand("2026-11-21T030000Z", "2026-11-21T03:00:00Z");
        Files.writeString(manifest.resolveSibling("withdrawn.json"), "{}");
        assertThat(found()).contains("journals/2026-11-14T030000Z");
    }

    @Test
    void aBrokenManifestIsPassedOver() throws Exception {
        stand("2026-11-14T030000Z", "2026-11-14T03:00:00Z");
        Files.writeString(stand("2026-11-21T030000Z", "2026-11-21T03:00:00Z"), "{\"format_version\":1}");
        assertThat(found()).contains("journals/2026-11-14T030000Z");
    }

    @Test
    void theManifestOfAnotherDumpIsPassedOver() throws Exception {
        stand("2026-11-14T030000Z", "2026-11-14T03:00:00Z");
        stand("2026-11-21T030000Z", "2026-11-20T03:00:00Z");
        assertThat(found()).contains("journals/2026-11-14T030000Z");
    }

    @Test
    void aManifestInNoDumpsFolderIsNone() throws Exception {
        stand("copy-of-2026-11-21T030000Z", "2026-11-21T03:00:00Z");
        stand("2026-11-21T030000Z/inside", "2026-11-21T03:00:00Z");
        stand(".", "2026-11-21T03:00:00Z");
        assertThat(found()).isEmpty();
    }

    @Test
    void aDestinationThatDoesNotAnswerIsNotADatasetWithoutDumps() throws Exception {
        stand("2026-11-14T030000Z", "2026-11-14T03:00:00Z");
        Destination away = new SteppedDestination(directory, (step, folder) -> {}) {
            @Override
            public InputStream open(ObjectKey key) throws SpillwayException {
                throw new SpillwayException(Fault.DESTINATION_UNAVAILABLE, "gone for lunch", null);
            }
        };
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> new PreviousDump(away).of("journals"))
                .withMessage("gone for lunch");
    }

    @Test
    void itCostsOneListingAndOneObject() throws Exception {
        stand("2026-11-14T030000Z", "2026-11-14T03:00:00Z");
        stand("2026-11-21T030000Z", "2026-11-21T03:00:00Z");
        List<String> steps = new ArrayList<>();
        new PreviousDump(new SteppedDestination(directory, (step, folder) -> steps.add(step))).of("journals");
        assertThat(steps).containsExactly("before list", "after list", "before open", "after open");
    }
}
