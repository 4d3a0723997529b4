package io.spillway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.SideFile;
import io.spillway.run.SyntheticExport;
import io.spillway.support.SyntheticSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskRoomTest {
    private static final int DOCUMENTS = 100;

    @TempDir
    private Path root;

    private Manifest previous;

    @BeforeEach
    void publish() throws Exception {
        previous = new SyntheticExport(root, SyntheticSource.seeded(7, DOCUMENTS))
                .compressions("none")
                .run()
                .manifest();
    }

    @Test
    void aDumpLargerThanTheFreeSpaceIsRefusedWithTheFigures() {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> require(previous.bytes() * 2, DOCUMENTS * 2, "none"))
                .withMessageContaining(DOCUMENTS * 2 + " documents need about ")
                .withMessageContaining("but " + previous.bytes() * 2 + " are free")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE));
    }

    @Test
    void aDumpThatFitsIsNotRefused() {
        assertThatCode(() -> require(previous.bytes() * 11 / 10, DOCUMENTS, "none"))
                .doesNotThrowAnyException();
    }

    @Test
    void anotherCompressionCannotBeComparedAndIsNotRefused() {
        assertThatCode(() -> require(1, DOCUMENTS, "gzip")).doesNotThrowAnyException();
    }

    @Test
    void theRoomForChangesCounts() {
        long changes = ChangeRoom.expected(previous, DOCUMENTS, 2).duringExport();
        long dump = previous.bytes() * 11 / 10;
        assertThat(changes).isEqualTo((2 * 44 + 2 * 24) * DOCUMENTS);
        assertThatCode(() -> DiskRoom.require(dump + changes, previous, DOCUMENTS, formats("none"), changes))
                .doesNotThrowAnyException();
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> DiskRoom.require(dump, previous, DOCUMENTS, formats("none"), changes))
                .withMessageContaining(changes + " of them for changes");
    }

    @Test
    void filesWithChangesAreExpectedToGrowWithTheDump() {
        String hash = "0".repeat(64);
        Changes.File file =
                new Changes.File("journals.changes.jsonl", Changes.Kind.CHANGED, "jsonl", "none", 500, 900, 10, hash);
        Changes.Digest digest = new Changes.Digest("0".repeat(32), "0".repeat(32));
        Changes.From from = new Changes.From("journals/2020-01-01T000000Z", hash);
        Changes changes =
                new Changes("id", from, null, new Changes.Counts(4, 6, 0, DOCUMENTS - 10), digest, List.of(file));
        Manifest before = with(changes);
        long longest = previous.parts().get(0).bytesUncompressed();

        ChangeRoom room = ChangeRoom.expected(before, 2 * DOCUMENTS, 3);

        assertThat(room.files()).isEqualTo(1_000);
        assertThat(room.unpacked()).isEqualTo(Math.round(longest * 0.1 * 3));
    }

    private Manifest with(Changes changes) {
        Manifest one = previous;
        List<SideFile> files = new ArrayList<>(one.files());
        changes.files().forEach(file -> files.add(new SideFile(file.name(), file.bytes(), file.sha256())));
        return new Manifest(
                one.formatVersion(),
                one.dataset(),
                one.dump(),
                one.title(),
                one.description(),
                one.license(),
                one.homepage(),
                one.covers(),
                one.nextDue(),
                one.takenAt(),
                one.source(),
                one.documents(),
                one.bytes(),
                one.schemaVersion(),
                one.schemaChanges(),
                one.previous(),
                one.accepted(),
                one.formats(),
                one.parts(),
                files,
                one.repaired(),
                one.spillway(),
                one.publisher(),
                one.customLicense(),
                changes);
    }

    private static List<PartFormat> formats(String compression) {
        return List.of(SyntheticExport.jsonLines(compression));
    }

    @Test
    void partsThatLeaveTheDiskNeedRoomForTwoOfEachLaneAndFormat() {
        List<PartFormat> formats = List.of(SyntheticExport.jsonLines("none"));
        PartLimits limits = new PartLimits(10, 1_000);
        assertThatCode(() -> DiskRoom.requireForParts(6_000, previous, DOCUMENTS, formats, limits, 3))
                .doesNotThrowAnyException();
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> DiskRoom.requireForParts(5_999, previous, DOCUMENTS, formats, limits, 3))
                .withMessageContaining("3 lanes need about 6000 bytes on disk");
    }

    @Test
    void partsNeedNoMoreRoomThanTheDump() {
        PartLimits limits = new PartLimits(10, 1L << 40);
        assertThatCode(() -> DiskRoom.requireForParts(
                        previous.bytes() * 11 / 10,
                        previous,
                        DOCUMENTS,
                        List.of(SyntheticExport.jsonLines("none")),
                        limits,
                        3))
                .doesNotThrowAnyException();
    }

    private void require(long usable, long documents, String compression) throws SpillwayException {
        DiskRoom.require(usable, previous, documents, formats(compression), 0);
    }
}
