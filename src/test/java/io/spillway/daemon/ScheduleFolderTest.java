package io.spillway.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScheduleFolderTest {
    @TempDir
    private Path path;

    private ScheduleFolder read() throws SpillwayException {
        ScheduleFolder folder = new ScheduleFolder(path);
        folder.readAll();
        return folder;
    }

    private Path write(String file, String dataset) throws IOException {
        return Files.writeString(path.resolve(file), Schedules.yaml(dataset, Schedules.FAR_AWAY));
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(this::read)
                .isInstanceOfSatisfying(
                        SpillwayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.CONFIG))
                .message()
                .contains(parts);
    }

    @Test
    void everyScheduleOfTheFolderIsRead() throws Exception {
        write("a.yaml", "one");
        write("b.yml", "two");
        write(".hidden.yaml", "three");
        write("readme.txt", "four");
        Files.createDirectory(path.resolve("folder.yaml"));

        assertThat(read().schedules()).containsOnlyKeys("one", "two");
    }

    @Test
    void aBrokenFileStopsItsOwnDatasetOnly() throws Exception {
        Files.writeString(path.resolve("a.yaml"), "dataset: A\n");
        Files.writeString(path.resolve("b.yaml"), "dataset: [\n");
        write("c.yaml", "fine");

        ScheduleFolder folder = read();
        assertThat(folder.schedules()).containsOnlyKeys("fine");
        assertThat(folder.problems()).containsOnlyKeys(path.resolve("a.yaml"), path.resolve("b.yaml"));
        assertThat(folder.current("fine").dataset()).isEqualTo("fine");
    }

    @Test
    void ifAllFilesAreBrokenTheirProblemsAreReportedAtOnce() throws Exception {
        Files.writeString(path.resolve("a.yaml"), "dataset: A\n");
        Files.writeString(path.resolve("b.yaml"), "dataset: [\n");

        assertRefused("2 files with problems", "a.yaml:1: /dataset", "a.yaml:1: required key `source`", "b.yaml:");
    }

    @Test
    void ofTwoFilesForOneDatasetTheFirstIsUsed() throws Exception {
        write("a.yaml", "one");
        write("b.yaml", "one");

        ScheduleFolder folder = read();
        assertThat(folder.schedules()).containsOnlyKeys("one");
        assertThat(folder.problems().get(path.resolve("b.yaml")))
                .contains("b.yaml: /dataset: \"one\" is already used in " + path.resolve("a.yaml"));
    }

    @Test
    void aFolderWithoutAScheduleIsRefused() {
        assertRefused("no schedule files in " + path);
    }

    @Test
    void aMissingFolderIsRefused() {
        path = path.resolve("missing");
        assertRefused(path + " cannot be read");
    }

    @Test
    void changedAddedAndRemovedFilesAreDetected() throws Exception {
        write("a.yaml", "one");
        Path removed = write("b.yaml", "two");
        ScheduleFolder folder = read();
        assertThat(folder.refresh()).isFalse();

        Files.writeString(path.resolve("a.yaml"), Schedules.yaml("one", "0 0 5 * * ?"));
        Files.delete(removed);
        write("c.yaml", "three");

        assertThat(folder.refresh()).isTrue();
        assertThat(folder.schedules()).containsOnlyKeys("one", "three");
        assertThat(folder.schedules().get("one").schedule().cron()).hasToString("0 0 5 * * ?");
    }

    private void assertStopped(ScheduleFolder folder, String dataset, String... parts) {
        assertThatThrownBy(() -> folder.current(dataset))
                .isInstanceOfSatisfying(
                        SpillwayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.CONFIG))
                .message()
                .contains("\"" + dataset + "\" is not exported")
                .contains(parts);
    }

    @Test
    void aDatasetIsNotExportedWhileItsFileIsBroken() throws Exception {
        Path file = write("a.yaml", "one");
        ScheduleFolder folder = read();
        assertThat(folder.current("one")).isEqualTo(folder.schedules().get("one"));

        Files.writeString(file, Schedules.yaml("one", null) + "fields: {exclud: [email]}\n");
        assertStopped(folder, "one", "a.yaml:", "exclud");
        assertThat(folder.refresh()).isFalse();
        assertStopped(folder, "one", "a.yaml:", "exclud");

        Files.writeString(file, Schedules.yaml("one", null) + "fields: {exclude: [email]}\n");
        assertThat(folder.current("one").fields().exclude()).hasSize(1);
    }

    @Test
    void anExportUsesTheCurrentFileAndNotTheLastScan() throws Exception {
        Path file = write("a.yaml", "one");
        ScheduleFolder folder = read();

        Files.writeString(file, Schedules.yaml("one", null) + "fields: {exclude: [email]}\n");

        assertThat(folder.schedules().get("one").fields().exclude()).isEmpty();
        assertThat(folder.current("one").fields().exclude()).hasSize(1);
    }

    @Test
    void aDatasetIsNotExportedWhileItsFileOrFolderIsGone() throws Exception {
        Path file = write("a.yaml", "one");
        ScheduleFolder folder = read();

        Files.delete(file);
        assertThat(folder.refresh()).isFalse();
        assertStopped(folder, "one", "a.yaml: cannot be read");
        Files.delete(path);
        assertThat(folder.refresh()).isFalse();
        assertStopped(folder, "one", "a.yaml: cannot be read");
    }

    @Test
    void aDatasetIsNotExportedIfItsFileNamesAnotherOne() throws Exception {
        write("a.yaml", "one");
        write("b.yaml", "two");
        ScheduleFolder folder = read();

        write("b.yaml", "one");
        folder.refresh();

        assertStopped(folder, "two", "b.yaml names the dataset \"one\" instead");
        assertThat(folder.current("one").dataset()).isEqualTo("one");
    }

    @Test
    void aBrokenFileKeepsItsLastGoodVersionAndIsReported() throws Exception {
        Path file = write("a.yaml", "one");
        ScheduleFolder folder = read();

        Files.writeString(file, "dataset: one\n");

        assertThat(folder.refresh()).isFalse();
        assertThat(folder.schedules()).containsOnlyKeys("one");
        assertThat(folder.problems()).containsOnlyKeys(file);

        write("a.yaml", "one");

        assertThat(folder.refresh()).isFalse();
        assertThat(folder.problems()).isEmpty();
    }

    @Test
    void aFileThatClaimsAnotherDatasetKeepsItsLastGoodVersion() throws Exception {
        write("a.yaml", "one");
        Path later = write("b.yaml", "two");
        ScheduleFolder folder = read();

        write("b.yaml", "one");

        assertThat(folder.refresh()).isFalse();
        assertThat(folder.schedules()).containsOnlyKeys("one", "two");
        assertThat(folder.problems()).containsOnlyKeys(later);

        Files.delete(path.resolve("a.yaml"));

        assertThat(folder.refresh()).isTrue();
        assertThat(folder.schedules()).containsOnlyKeys("one");
        assertThat(folder.problems()).isEmpty();
    }

    @Test
    void aNewFileDoesNotTakeADatasetFromItsCurrentFile() throws Exception {
        write("b.yaml", "one");
        ScheduleFolder folder = read();

        Path newcomer = write("a.yaml", "one");

        assertThat(folder.refresh()).isFalse();
        assertThat(folder.problems()).containsOnlyKeys(newcomer);
    }

    @Test
    void twoFilesMaySwapTheirDatasets() throws Exception {
        write("a.yaml", "one");
        write("b.yaml", "two");
        ScheduleFolder folder = read();

        write("a.yaml", "two");
        write("b.yaml", "one");
        folder.refresh();

        assertThat(folder.problems()).isEmpty();
        assertThat(folder.schedules()).containsOnlyKeys("one", "two");
    }

    @Test
    void aFolderThatIsSuddenlyEmptyOrMissingDisablesNoSchedule() throws Exception {
        Path file = write("a.yaml", "one");
        ScheduleFolder folder = read();

        Files.delete(file);
        assertThat(folder.refresh()).isFalse();
        Files.delete(path);
        assertThat(folder.refresh()).isFalse();

        assertThat(folder.schedules()).containsOnlyKeys("one");
    }
}
