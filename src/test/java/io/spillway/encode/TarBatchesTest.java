package io.spillway.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.spillway.dataset.DumpId;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.source.Document;
import io.spillway.source.Page;
import io.spillway.source.PageReader;
import io.spillway.source.Snapshot;
import io.spillway.support.EdgeSet;
import io.spillway.support.EdgeSet.Edge;
import io.spillway.support.SyntheticSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TarBatchesTest {
    private static final DumpId DUMP = new DumpId("journals", SyntheticSource.TAKEN_AT);
    private static final String FOLDER = "journals-2026-11-21T030000Z.0001-00001/";
    private static final TarBatches.Limits WIDE = new TarBatches.Limits(1_000, 1 << 30);

    @TempDir
    private Path folder;

    @Test
    void aFileIsAnArrayWithOneDocumentPerLine() throws Exception {
        assertThat(files(archive(WIDE, SyntheticSource.of("{\"a\":1.10}", "{\n\"b\" : \"\\n\"\n}", "{}"))))
                .isEqualTo(
                        Map.of(FOLDER + "journals_batch_00001.json", "[\n{\"a\":1.10},\n{\"b\" : \"\\n\"},\n{}\n]\n"));
    }

    @Test
    void aFileIsFullAtTheLimitOfDocumentsExactly() throws Exception {
        assertThat(files(archive(new TarBatches.Limits(2, 1 << 20), SyntheticSource.of("{}", "{}", "{}", "{}", "{}"))))
                .containsExactly(
                        Map.entry(FOLDER + "journals_batch_00001.json", "[\n{},\n{}\n]\n"),
                        Map.entry(FOLDER + "journals_batch_00002.json", "[\n{},\n{}\n]\n"),
                        Map.entry(FOLDER + "journals_batch_00003.json", "[\n{}\n]\n"));
    }

    @Test
    void aMultipleOfTheLimitLeavesNoEmptyFile() throws Exception {
        assertThat(files(archive(new TarBatches.Limits(2, 1 << 20), SyntheticSource.of("{}", "{}", "{}", "{}"))))
                .hasSize(2);
    }

    @Test
    void noDocumentIsAddedToAFileThatHasReachedTheByteLimit() throws Exception {
        int document = SyntheticSource.seeded(1, 1).lines().get(0).length();
        TarBatches.Limits limits = new TarBatches.Limits(1_000_000, 200_000);
        Map<String, String> files = files(archive(limits, SyntheticSource.seeded(1, 5_000)));
        assertThat(files).hasSizeGreaterThan(2);
        assertThat(files.values().stream().limit(files.size() - 1L))
                .allSatisfy(file -> assertThat(file.length()).isBetween(200_000, 200_000 + document + 20));
    }

    @Test
    void anArchiveWithoutDocumentsHasOneEmptyArray() throws Exception {
        assertThat(files(archive(WIDE, SyntheticSource.of())))
                .isEqualTo(Map.of(FOLDER + "journals_batch_00001.json", "[]\n"));
    }

    @Test
    void hostileDocumentsAreStoredByteForByte() throws Exception {
        List<byte[]> sent = EdgeSet.all().stream()
                .map(edge -> edge.sent().getBytes(StandardCharsets.ISO_8859_1))
                .toList();
        String lines = String.join(",\n", EdgeSet.all().stream().map(Edge::line).toList());
        byte[] archive = archive(WIDE, SyntheticSource.ofBytes(sent));
        assertThat(files(archive).get(FOLDER + "journals_batch_00001.json")).isEqualTo("[\n" + lines + "\n]\n");
    }

    @Test
    void aDocumentOf25MegabytesIsWritten() throws Exception {
        String document = "{\"raw\":\"" + "0123456789abcdefghijklmno".repeat(1_000_000) + "\"}";
        byte[] archive = archive(WIDE, SyntheticSource.of("{}", document, "{}"));
        assertThat(files(archive))
                .isEqualTo(Map.of(FOLDER + "journals_batch_00001.json", "[\n{},\n" + document + ",\n{}\n]\n"));
    }

    @Test
    void anEntryHasTheTimeOfTheSnapshotAndNothingOfThisMachine() throws Exception {
        for (TarArchiveEntry entry : entries(archive(WIDE, SyntheticSource.of("{}")))) {
            assertThat(entry.getLastModifiedTime().toInstant()).isEqualTo(Instant.parse("2026-11-21T03:00:00Z"));
            assertThat(entry.getLongUserId()).isZero();
            assertThat(entry.getLongGroupId()).isZero();
            assertThat(entry.getUserName()).isEmpty();
            assertThat(entry.getGroupName()).isEmpty();
            assertThat(entry.getMode() & 07777).isEqualTo(0644);
            assertThat(entry.isFile()).isTrue();
        }
    }

    @Test
    void theSameDocumentsGiveTheSameBytes() throws Exception {
        TarBatches.Limits limits = new TarBatches.Limits(70, 1 << 20);
        assertThat(archive(limits, SyntheticSource.seeded(3, 500)))
                .isEqualTo(archive(limits, SyntheticSource.seeded(3, 500).pageSize(7)));
    }

    @Test
    void archivesInOneDirectoryDoNotOverwriteEachOther() throws Exception {
        Set<String> names = new HashSet<>();
        for (DumpId dump : List.of(DUMP, new DumpId("journals", Instant.parse("2026-11-22T03:00:00Z")))) {
            for (int slice = 0; slice < 3; slice++) {
                for (int number = 1; number < 3; number++) {
                    PartPlace place = new PartPlace(dump, slice, number, folder.resolve("scratch"));
                    names.addAll(files(archive(place, WIDE, SyntheticSource.of("{}")))
                            .keySet());
                }
            }
        }
        assertThat(names).hasSize(12);
    }

    @Test
    void aNameTooLongForTheOldHeaderIsKeptWhole() throws Exception {
        String dataset = "d".repeat(64);
        PartPlace place =
                new PartPlace(new DumpId(dataset, SyntheticSource.TAKEN_AT), 1_023, 7, folder.resolve("scratch"));
        byte[] archive = archive(place, WIDE, SyntheticSource.of("{}"));
        assertThat(files(archive))
                .containsOnlyKeys(dataset + "-2026-11-21T030000Z.1024-00007/" + dataset + "_batch_00001.json");
        assertThat(archive).isEqualTo(archive(place, WIDE, SyntheticSource.of("{}")));
    }

    @Test
    void theScratchFileIsDeletedAfterwards() throws Exception {
        archive(WIDE, SyntheticSource.seeded(1, 2_000));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void anAbandonedArchiveLeavesNoScratchFile() throws Exception {
        TarBatches encoder = new TarBatches(WIDE, false);
        encoder.begin(new PartPlace(DUMP, 0, 1, folder.resolve("scratch")), new ByteArrayOutputStream());
        encoder.close();
        encoder.close();
        assertThat(folder).isEmptyDirectory();
        assertThatIllegalStateException().isThrownBy(() -> encoder.end(new ByteArrayOutputStream()));
    }

    @Test
    void withoutAFolderThereIsNoArchive() {
        assertThatIllegalStateException()
                .isThrownBy(() -> new TarBatches(WIDE, false).begin(new ByteArrayOutputStream()))
                .withMessageContaining("place");
    }

    @Test
    void impossibleLimitsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TarBatches.Limits(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new TarBatches.Limits(1, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TarBatches.Limits(1, TarBatches.Limits.MAX_BYTES + 1));
    }

    private byte[] archive(TarBatches.Limits limits, SyntheticSource source) throws Exception {
        return archive(new PartPlace(DUMP, 0, 1, folder.resolve("scratch")), limits, source);
    }

    private static byte[] archive(PartPlace place, TarBatches.Limits limits, SyntheticSource source) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarBatches encoder = new TarBatches(limits, false);
                Snapshot snapshot = source.freeze();
                PageReader reader = snapshot.read(snapshot.slices().get(0), new StageClock(), new Progress())) {
            encoder.begin(place, out);
            for (Optional<Page> page = reader.next(); page.isPresent(); page = reader.next()) {
                for (Document document : page.get().documents()) {
                    encoder.encode(document, out);
                }
            }
            encoder.end(out);
        }
        return out.toByteArray();
    }

    /** The files by their names, in order, as byte strings. */
    private static Map<String, String> files(byte[] archive) throws Exception {
        Map<String, String> files = new LinkedHashMap<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                assertThat(files.put(entry.getName(), new String(tar.readAllBytes(), StandardCharsets.ISO_8859_1)))
                        .isNull();
            }
        }
        assertThat(Arrays.copyOfRange(archive, archive.length - 1_024, archive.length))
                .containsOnly(0);
        return files;
    }

    private static List<TarArchiveEntry> entries(byte[] archive) throws Exception {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
            return List.of(tar.getNextEntry());
        }
    }
}
