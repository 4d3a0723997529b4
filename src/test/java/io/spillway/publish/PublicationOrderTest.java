package io.spillway.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.spillway.catalog.Memory;
import io.spillway.config.Percent;
import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.run.SyntheticExport;
import io.spillway.support.FaultySource;
import io.spillway.support.SteppedDestination;
import io.spillway.support.SyntheticSource;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a reader finds if an export dies between any two steps: the old dump whole, and the new one whole or absent. */
@Timeout(120)
@Tag("slow")
class PublicationOrderTest {
    private static final Instant OLD = Instant.parse("2026-11-14T03:00:00Z");
    private static final Instant NEW = Instant.parse("2026-11-21T03:00:00Z");
    private static final Gate OPEN = new Gate(new Gate.Rules(Percent.parse("100%"), false, Set.of()));
    private static final String OLD_DUMP = "journals/2026-11-14T030000Z";
    private static final String NEW_DUMP = "journals/2026-11-21T030000Z";

    @TempDir
    private Path temporary;

    private Path root;

    @BeforeEach
    void publishTheOldDump() throws Exception {
        root = temporary.toRealPath().resolve("dumps");
        new SyntheticExport(root, SyntheticSource.seeded(1, 100).takenAt(OLD)).run();
    }

    @Test
    void aDeathAtAnyStepLeavesTheOldDumpAndTheNewOneWholeOrAbsent() throws Exception {
        int died = 0;
        boolean published = false;
        while (!published) {
            int dieAt = ++died;
            List<String> steps = new ArrayList<>();
            Throwable thrown = catchThrowable(() -> export((step, folder) -> {
                        steps.add(step);
                        if (steps.size() == dieAt) {
                            throw new Death(step);
                        }
                    })
                    .run());
            published = thrown == null;
            assertThat(thrown)
                    .as("step %d", died)
                    .satisfiesAnyOf(
                            e -> assertThat(e).isNull(), e -> assertThat(e).isInstanceOf(Death.class));
            assertThat(SyntheticExport.verify(root, OLD_DUMP).documents()).isEqualTo(100);
            boolean placed = published || steps.contains("after place");
            assertWholeOrNotThere(placed);
            if (placed && !published) {
                removeTheNewDump();
            }
        }
        // The checks for a free date and for the previous dump, and the placement: each has a step before and one
        // after.
        assertThat(died).isGreaterThan(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"page 4", "before place", "after place"})
    void aKilledProcessLeavesTheOldDumpAndTheNextOneCleansUp(String step) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        DyingExport.class.getName(),
                        root.toString(),
                        step)
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isEqualTo(DyingExport.KILLED);

        assertThat(SyntheticExport.verify(root, OLD_DUMP).documents()).isEqualTo(100);
        boolean placed = step.equals("after place");
        assertWholeOrNotThere(placed);
        if (!placed) {
            // The dead process left its work folder. The next export removes it, and succeeds.
            assertThat(SyntheticExport.tree(root)).anyMatch(name -> name.endsWith(".incomplete"));
            export((each, folder) -> {}).run();
            assertWholeOrNotThere(true);
        }
        assertThat(SyntheticExport.tree(root)).noneMatch(name -> name.endsWith(".incomplete"));
        assertThat(SyntheticExport.verify(root, OLD_DUMP).documents()).isEqualTo(100);
    }

    @Test
    void nothingOfTheNewDumpIsVisibleUntilItIsPlaced() throws Exception {
        List<String> visible = new ArrayList<>();
        export((step, folder) -> {
                    if (!step.equals("after place")) {
                        visible.addAll(visibleObjects());
                    }
                })
                .run();
        assertThat(visible).isNotEmpty().allMatch(key -> key.startsWith(OLD_DUMP));
    }

    @Test
    void thePlacementIsTheOnlyChangeToTheDestination() throws Exception {
        List<String> steps = new ArrayList<>();
        export((step, folder) -> steps.add(step)).run();
        List<String> reading = List.of("before list", "after list", "before open", "after open");
        assertThat(steps).containsAll(reading);
        steps.removeAll(reading);
        assertThat(steps).containsExactly("before place", "after place");
    }

    @Test
    void thePlacedFolderIsCompleteAndFlat() throws Exception {
        List<String> placed = new ArrayList<>();
        Manifest manifest = export((step, folder) -> {
                    if (step.equals("before place")) {
                        placed.addAll(names(folder));
                    }
                })
                .run()
                .manifest();
        List<String> named = new ArrayList<>(List.of("manifest.json"));
        manifest.parts().forEach(part -> named.add(part.name()));
        manifest.files().forEach(file -> named.add(file.name()));
        assertThat(placed).containsExactlyInAnyOrderElementsOf(named);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run.json",
                "urls.txt",
                "schema.json",
                "sample.jsonl",
                "datapackage.json",
                "croissant.json",
                "CITATION.cff",
                "README.md",
                "journals.meta4",
                "journals.torrent",
                "SHA256SUMS"
            })
    void theManifestIsWrittenAfterEveryOtherFile(String obstacle) throws Exception {
        try (LocalDirectory directory = inPublic()) {
            Path folder = directory.newWorkFolder(ObjectKey.of(new DumpId("journals", NEW)));
            // An existing file of that name stops the publisher exactly there.
            Files.writeString(folder.resolve(obstacle), "in the way");
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> publisher(directory).publish(draft(folder)));
            assertThat(folder.resolve("manifest.json")).doesNotExist();
        }
        assertWholeOrNotThere(false);
    }

    @Test
    void theChecksumsAreWrittenAfterTheirFilesAndBeforeTheManifest() throws Exception {
        try (LocalDirectory directory = inPublic()) {
            Path folder = directory.newWorkFolder(ObjectKey.of(new DumpId("journals", NEW)));
            Files.writeString(folder.resolve("manifest.json"), "in the way");
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> publisher(directory).publish(draft(folder)));
            assertThat(names(folder))
                    .contains(
                            "run.json",
                            "urls.txt",
                            "schema.json",
                            "sample.jsonl",
                            "datapackage.json",
                            "croissant.json",
                            "README.md",
                            "journals.meta4",
                            "journals.torrent",
                            "SHA256SUMS");
        }
        assertWholeOrNotThere(false);
    }

    @Test
    void aDateIsTakenAsSoonAsAnythingExistsUnderIt() throws Exception {
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            Publisher publisher = new Publisher(directory, "0.0.0");
            assertThat(publisher.isTaken(new DumpId("journals", OLD))).isTrue();
            assertThat(publisher.isTaken(new DumpId("journals", NEW))).isFalse();
            assertThat(publisher.isTaken(new DumpId("journal", OLD))).isFalse();
            assertThat(publisher.address(new DumpId("journals", OLD))).isEqualTo(root + "/" + OLD_DUMP);
        }
    }

    private LocalDirectory inPublic() throws SpillwayException {
        return LocalDirectory.open(root, URI.create("https://dumps.example.org/"));
    }

    private static Publisher publisher(LocalDirectory directory) {
        return new Publisher(directory, "0.0.0", OPEN, List.of(directory), Cadence.NONE, Memory.NONE);
    }

    private static Draft draft(Path folder) throws IOException {
        Part part = new Part("journals-2026-11-21T030000Z.00001.jsonl", "jsonl", "none", 3, 3, 1, "00", "00", "00");
        Files.write(folder.resolve(part.name()), "{}\n".getBytes(StandardCharsets.UTF_8));
        return new Draft(
                Dataset.named("journals"),
                new DumpId("journals", NEW),
                NEW,
                SyntheticSource.of().survey().description(),
                1,
                null,
                List.of(part),
                List.of(new Manifest.Format("jsonl", "none", Map.of(), Map.of())),
                List.of(),
                Disclosure.NOTHING,
                "{}\n",
                0,
                0,
                "{}\n",
                folder);
    }

    private SyntheticExport export(SteppedDestination.Listener listener) {
        return new SyntheticExport(root, source()).destination(each -> new SteppedDestination(each, listener));
    }

    private static SyntheticSource source() {
        return SyntheticSource.seeded(2, 120).takenAt(NEW).slices(2).pageSize(8);
    }

    private void assertWholeOrNotThere(boolean there) throws Exception {
        if (there) {
            assertThat(SyntheticExport.verify(root, NEW_DUMP).documents()).isEqualTo(120);
        } else {
            assertThat(root.resolve(NEW_DUMP)).doesNotExist();
        }
    }

    private void removeTheNewDump() throws IOException {
        Path dump = root.resolve(NEW_DUMP);
        for (String name : names(dump)) {
            Files.delete(dump.resolve(name));
        }
        Files.delete(dump);
    }

    private List<String> visibleObjects() {
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            return directory.list("").stream()
                    .map(StoredObject::key)
                    .map(Object::toString)
                    .toList();
        } catch (SpillwayException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> names(Path folder) {
        try {
            return SyntheticExport.tree(folder);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Not an exception that any code would catch: the closest thing to a process that ends here. */
    private static final class Death extends Error {
        Death(String step) {
            super("died " + step);
        }
    }

    /** An export in a separate process, which ends in the middle as if it had been killed: nothing is cleaned up. */
    static final class DyingExport {
        /** The exit code that a shell reports for a killed process. */
        static final int KILLED = 137;

        private DyingExport() {}

        /** Exports into the directory {@code args[0]} until the step {@code args[1]}. */
        public static void main(String[] args) throws Exception {
            String last = args[1];
            int page = last.startsWith("page ") ? Integer.parseInt(last.substring(5)) : Integer.MAX_VALUE;
            FaultySource source = new FaultySource(source())
                    .atPage(page, () -> Runtime.getRuntime().halt(KILLED));
            new SyntheticExport(Path.of(args[0]), source)
                    .destination(each -> new SteppedDestination(each, (step, folder) -> dieAt(last, step)))
                    .run();
        }

        private static void dieAt(String last, String step) {
            if (step.equals(last)) {
                Runtime.getRuntime().halt(KILLED);
            }
        }
    }
}
