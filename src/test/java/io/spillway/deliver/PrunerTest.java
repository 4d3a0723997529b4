package io.spillway.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.spillway.catalog.Memory;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.run.SyntheticExport;
import io.spillway.support.FileByFile;
import io.spillway.support.SteppedDestination;
import io.spillway.support.SyntheticSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrunerTest {
    private static final Pruner.Keep LAST_TWO = new Pruner.Keep(new Retention(2, 0, 0, 0, 0), Duration.ofDays(1));

    private static final Clock NOW = Clock.fixed(Instant.parse("2026-11-22T00:00:00Z"), ZoneOffset.UTC);

    @TempDir
    private Path root;

    private LocalDirectory directory;

    @BeforeEach
    void open() throws Exception {
        directory = LocalDirectory.open(root);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    @Test
    void dumpsNotKeptAreRemovedWithAllTheirFiles() throws Exception {
        dumps(1, 2, 3);

        assertThat(shelf().prune(LAST_TWO, false, Pruner.Move.NONE).removed())
                .extracting(Pruner.Removed::dump)
                .containsExactly(id(1).toString());

        assertThat(folders()).containsExactly(id(2).stamp(), id(3).stamp());
        SyntheticExport.verify(root, id(2).toString());
        SyntheticExport.verify(root, id(3).toString());
    }

    @Test
    void theNewestDumpOfEachDayIsKept() throws Exception {
        dumps(1, 2, 3);

        shelf().prune(new Pruner.Keep(new Retention(0, 2, 0, 0, 0), Duration.ZERO), false, Pruner.Move.NONE);

        assertThat(folders()).containsExactly(id(2).stamp(), id(3).stamp());
    }

    @Test
    void aDryRunRemovesNothing() throws Exception {
        dumps(1, 2, 3);

        assertThat(shelf().prune(LAST_TWO, true, Pruner.Move.NONE).removed()).hasSize(1);

        assertThat(folders()).hasSize(3);
    }

    @Test
    void anEmptyListingIsRefused() {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> shelf().prune(LAST_TWO, false, Pruner.Move.NONE))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_REFUSED));
    }

    @Test
    void onlyFilesThatTheManifestNamesAreRemoved() throws Exception {
        dumps(1, 2, 3);
        Path other = root.resolve(id(1) + "/notes.txt");
        Files.writeString(other, "mine");

        shelf().prune(LAST_TWO, false, Pruner.Move.NONE);

        assertThat(other).hasContent("mine");
        assertThat(other.getParent()).isDirectoryContaining(file -> file.equals(other));
        assertThat(names(id(1))).containsExactly("notes.txt");
    }

    @Test
    void theNextRunCompletesAnInterruptedPruningAndNoManifestNamesMissingFiles() throws Exception {
        dumps(1, 2, 3);
        int steps = names(id(1)).size() + 2;
        for (int dieAt = 1; dieAt < steps; dieAt++) {
            int[] left = {dieAt};
            SteppedDestination dying = new SteppedDestination(directory, (step, folder) -> {
                if (step.startsWith("before delete") && --left[0] < 0) {
                    throw new IllegalStateException("killed");
                }
            });
            if (names(id(1)).isEmpty()) {
                break;
            }
            try {
                shelf(dying).prune(LAST_TWO, false, Pruner.Move.NONE);
            } catch (IllegalStateException killed) {
                assertThat(killed).hasMessage("killed");
            }
            if (names(id(1)).contains("manifest.json")) {
                assertThat(names(id(1)).size()).isGreaterThan(5);
            }
        }
        shelf().prune(LAST_TWO, false, Pruner.Move.NONE);
        assertThat(names(id(1))).isEmpty();
    }

    @Test
    void aDumpDatedInTheFutureIsNoReasonToCompleteTheRemovalOfTheLastOther() throws Exception {
        dumps(1);
        Instant later = NOW.instant().plus(Duration.ofDays(30));
        new SyntheticExport(root, SyntheticSource.seeded(7, 60).takenAt(later)).run();
        Files.writeString(
                root.resolve(id(1).toString()).resolve("removing.json"),
                "{\"dump\":\"%s\",\"files\":[\"README.md\"]}".formatted(id(1)));

        assertThat(shelf().prune(LAST_TWO, false, Pruner.Move.NONE).removed()).isEmpty();

        SyntheticExport.verify(root, id(1).toString());
    }

    @Test
    void aWithdrawnDumpNoLongerExistsAndANoticeGivesTheReason() throws Exception {
        dumps(1, 2);

        assertThat(takeBack(directory, id(2), "names of authors were in it", false))
                .isTrue();

        assertThat(names(id(2))).contains("withdrawn.json").doesNotContain("manifest.json");
        assertThat(text(id(2), "withdrawn.json"))
                .contains(
                        "names of authors were in it", "\"withdrawn_at\" : \"2026-11-22T00:00:00Z\"", id(2).toString());
        assertThat(names(id(2)).stream().filter(name -> name.endsWith(".gz"))).isNotEmpty();
    }

    @Test
    void itsFilesAreDeletedOnRequestAlsoLater() throws Exception {
        dumps(1, 2);
        takeBack(directory, id(2), "wrong", false);

        takeBack(directory, id(2), "wrong", true);

        assertThat(names(id(2))).containsExactly("withdrawn.json");
    }

    @Test
    void aMissingDumpCannotBeWithdrawn() throws Exception {
        dumps(1);
        assertThat(takeBack(directory, id(9), "wrong", true)).isFalse();
        assertThat(folders()).containsExactly(id(1).stamp());
    }

    @Test
    void aWithdrawnDumpIsNotSentAgain() throws Exception {
        FileByFile other = new FileByFile("other", LocalDirectory.open(root.resolveSibling(root.getFileName() + "-2")));
        export(1).deliveredTo(other).run();
        takeBack(other, id(1), "wrong", true);
        other.sent.clear();

        export(2).deliveredTo(other).run();

        assertThat(other.sent).noneMatch(key -> key.value().startsWith(id(1) + "/"));
    }

    @Test
    void aDumpBeingWithdrawnStaysWholeUntilItIsRemoved() throws Exception {
        dumps(1, 2);
        byte[] manifest = Files.readAllBytes(root.resolve(id(2) + "/manifest.json"));

        announce(directory, id(2), "wrong");

        assertThat(root.resolve(id(2) + "/manifest.json")).hasBinaryContent(manifest);
        assertThat(names(id(2))).hasSize(names(id(1)).size() + 1).contains("withdrawn.json");
    }

    @Test
    void theFirstReasonIsKept() throws Exception {
        dumps(1);
        announce(directory, id(1), "the first");
        takeBack(directory, id(1), "the second", false);
        assertThat(text(id(1), "withdrawn.json")).contains("the first").doesNotContain("the second");
    }

    @Test
    void aDumpBeingWithdrawnIsNotCountedAmongTheKeptDumps() throws Exception {
        dumps(1, 2, 3);
        announce(directory, id(3), "wrong");

        assertThat(shelf().prune(LAST_TWO, false, Pruner.Move.NONE).removed()).isEmpty();
    }

    @Test
    void aDumpBeingWithdrawnIsNotSentElsewhere() throws Exception {
        dumps(1);
        announce(directory, id(1), "wrong");
        FileByFile other = new FileByFile("other", LocalDirectory.open(root.resolveSibling(root.getFileName() + "-3")));

        export(2).deliveredTo(other).run();

        assertThat(other.sent).noneMatch(key -> key.value().startsWith(id(1) + "/"));
    }

    private static boolean takeBack(Destination place, DumpId dump, String reason, boolean deleteFiles)
            throws SpillwayException {
        try {
            return !withdrawals(place)
                    .withdraw(dump, reason, deleteFiles, each -> {})
                    .withdrawn()
                    .isEmpty();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Withdrawals withdrawals(Destination place) {
        return new Withdrawals(place, false, List.of(), "journals", NOW);
    }

    /** Has the notice and all files: the withdrawal died before it could delete the manifest. */
    private static void announce(Destination place, DumpId dump, String reason) throws Exception {
        Destination dying = new SteppedDestination(place, (step, folder) -> {
            if (step.equals("before delete")) {
                throw new IllegalStateException("killed");
            }
        });
        assertThatIllegalStateException()
                .isThrownBy(() -> withdrawals(dying).withdraw(dump, reason, false, each -> {}));
    }

    private Pruner shelf() {
        return shelf(directory);
    }

    private static Pruner shelf(Destination place) {
        return new Pruner(place, "journals", NOW, Memory.NONE);
    }

    private void dumps(int... days) throws Exception {
        for (int day : days) {
            export(day).run();
        }
    }

    private SyntheticExport export(int day) {
        return new SyntheticExport(root, SyntheticSource.seeded(7, 60).takenAt(id(day).instant()));
    }

    private static DumpId id(int day) {
        return new DumpId("journals", Instant.parse("2026-11-0%dT03:00:00Z".formatted(day)));
    }

    private List<String> names(DumpId dump) throws Exception {
        return directory.list(dump + "/").stream()
                .map(StoredObject::key)
                .map(ObjectKey::name)
                .toList();
    }

    private List<String> folders() throws Exception {
        return directory.list("journals/").stream()
                .map(object -> object.key().value().split("/", -1)[1])
                .distinct()
                .toList();
    }

    private String text(DumpId dump, String name) throws Exception {
        try (var in = directory.open(new ObjectKey(dump.toString()).child(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
