package io.spillway.apply;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.compress.Compression;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ChangeSteps;
import io.spillway.manifest.ManifestJson;
import io.spillway.support.ChangeHistory;
import io.spillway.verify.CheckProgress;
import io.spillway.verify.DumpPlace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A reader's copy and the published changes give the newest dump's lines, or nothing. */
class UpdateTest {
    private static final long PLENTY = 1 << 20;

    @TempDir
    Path folder;

    private ChangeHistory history = new ChangeHistory(Path.of("."), Compression.parse("gzip", null));

    @BeforeEach
    void publishNothingYet() throws IOException {
        history = new ChangeHistory(Files.createDirectories(folder.resolve("site")), Compression.parse("gzip", null));
    }

    /** Keys and versions by a seed; some keys have escapes or are long. */
    private static String key(int number) {
        return switch (number % 7) {
            case 0 -> "\"a\\u00e9-%d\"".formatted(number);
            case 1 -> "\"%s-%d\"".formatted("k".repeat(300), number);
            default -> "\"%d\"".formatted(number);
        };
    }

    private static String line(int number, int version) {
        return "{\"_id\":%s,\"_index\":\"j-%d\",\"_source\":{\"title\":\"T %d\",\"_id\":\"x\",\"list\":[{\"key\":%d}]}}"
                .formatted(key(number), version % 2, version, number);
    }

    private void publishRandomly(Random random, int dumps) throws IOException {
        Map<Integer, Integer> present = new LinkedHashMap<>();
        for (int dump = 0; dump < dumps; dump++) {
            int edits = dump == 0 ? 300 : random.nextInt(60);
            for (int i = 0; i < edits; i++) {
                int number = random.nextInt(400);
                if (random.nextInt(3) == 0) {
                    present.remove(number);
                } else {
                    present.put(number, dump);
                }
            }
            Map<String, String> lines = new LinkedHashMap<>();
            present.forEach((number, version) -> lines.put(key(number), line(number, version)));
            history.publish(lines, 1 + random.nextInt(4), null);
        }
    }

    private Update.Result update(Path from, Path to, long tableBytes) throws SpillwayException, InterruptedException {
        Copy copy = Copy.read(new DumpPlace(LocalDirectory.openToRead(from), "", null));
        LocalDirectory changes = LocalDirectory.openToRead(history.folder());
        return new Update(copy, changes, to, 2, tableBytes, new CheckProgress())
                .run((work, last) -> LocalDirectory.open(to.getParent())
                        .place(work, new ObjectKey(to.getFileName().toString()), last));
    }

    private static List<String> lines(Path copy) throws IOException, SpillwayException {
        List<String> lines = new ArrayList<>();
        CopyFile file;
        try (InputStream in = Files.newInputStream(copy.resolve(CopyFile.FILE_NAME))) {
            file = ManifestJson.read(in, CopyFile.class, "copy", "a copy");
        }
        for (var part : file.parts()) {
            try (InputStream in = Compression.parse(part.compression(), null)
                    .decompress(Files.newInputStream(copy.resolve(part.name())))) {
                lines.addAll(new String(in.readAllBytes(), UTF_8).lines().toList());
            }
        }
        return lines;
    }

    private SpillwayException refused(Path from, Path to) {
        SpillwayException refused = catchThrowableOfType(SpillwayException.class, () -> update(from, to, PLENTY));
        assertThat(to).doesNotExist();
        assertThat(refused).isNotNull();
        return refused;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aCopyOfAnyDumpBecomesTheNewestDump(long seed) throws Exception {
        publishRandomly(new Random(seed), 8);
        ChangeHistory.Dump newest = history.dumps().get(7);
        for (int from = 0; from < 7; from++) {
            Path to = folder.resolve("new-" + from);
            Update.Result result = update(history.dumps().get(from).folder(), to, PLENTY);
            assertThat(lines(to))
                    .containsExactlyInAnyOrderElementsOf(newest.lines().values());
            assertThat(result.steps()).isEqualTo(7 - from);
            assertThat(result.documents()).isEqualTo(newest.lines().size());
        }
    }

    @Test
    void dumpsWhosePartsAreNamedBySliceAreUpdatedToo() throws Exception {
        history.bySlice = true;
        publishRandomly(new Random(7), 4);
        Path to = folder.resolve("new");
        update(history.dumps().get(0).folder(), to, PLENTY);
        assertThat(lines(to))
                .containsExactlyInAnyOrderElementsOf(
                        history.dumps().get(3).lines().values());
    }

    @ParameterizedTest
    @ValueSource(longs = {2_000, 9_000})
    void theResultDoesNotDependOnTheMemoryForKeys(long tableBytes) throws Exception {
        publishRandomly(new Random(6), 6);
        Path to = folder.resolve("new");
        update(history.dumps().get(0).folder(), to, tableBytes);
        assertThat(lines(to))
                .containsExactlyInAnyOrderElementsOf(
                        history.dumps().get(5).lines().values());
    }

    @Test
    void aCopyIsUpdatedAgainAsOftenAsThereAreChanges() throws Exception {
        history.publish(Map.of(key(2), line(2, 0), key(3), line(3, 0)), 1, null);
        Path from = history.dumps().get(0).folder();
        for (int i = 1; i < 5; i++) {
            Map<String, String> lines = Map.of(key(2), line(2, 0), key(3), line(3, i), key(i + 10), line(i + 10, i));
            history.publish(lines, 1, null);
            Path to = folder.resolve("copy-" + i);
            assertThat(update(from, to, PLENTY).steps()).isEqualTo(1);
            assertThat(lines(to)).containsExactlyInAnyOrderElementsOf(lines.values());
            from = to;
        }
    }

    @Test
    void aDumpThatBecomesEmptyAndFullAgainIsFollowed() throws Exception {
        history.publish(Map.of(key(2), line(2, 0)), 1, null);
        history.publish(Map.of(), 1, null);
        Path empty = folder.resolve("empty");
        assertThat(update(history.dumps().get(0).folder(), empty, PLENTY).documents())
                .isZero();
        history.publish(Map.of(key(9), line(9, 2)), 1, null);
        Path full = folder.resolve("full");
        update(empty, full, PLENTY);
        assertThat(lines(full)).containsExactly(line(9, 2));
    }

    @Test
    void theNewestDumpNeedsNoUpdate() throws Exception {
        publishRandomly(new Random(7), 3);
        Path to = folder.resolve("new");
        assertThat(update(history.dumps().get(2).folder(), to, PLENTY).steps()).isZero();
        assertThat(to).doesNotExist();
    }

    @Test
    void aBrokenChainNamesTheReasonAndAsksForTheWholeDump() throws Exception {
        publishRandomly(new Random(8), 3);
        history.publish(Map.of(key(2), line(2, 9)), 1, "rules of fields changed");
        SpillwayException refused = refused(history.dumps().get(1).folder(), folder.resolve("new"));
        assertThat(refused.fault()).isEqualTo(Fault.STALE);
        assertThat(refused)
                .hasMessageContaining("no changes from journals/2026-01-03T030000Z to journals/2026-01-04T030000Z")
                .hasMessageContaining("rules of fields changed");
        assertThat(refused.hint()).contains("fetch the newest dump as a whole");
    }

    @Test
    void aDumpOfTheSameDateWithAnotherManifestIsNotUpdated() throws Exception {
        publishRandomly(new Random(9), 3);
        Path manifest = history.dumps().get(0).folder().resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest) + " ");
        assertThat(refused(manifest.getParent(), folder.resolve("new")).fault()).isEqualTo(Fault.STALE);
    }

    @ParameterizedTest
    @CsvSource({"0, .00001.jsonl.gz", "2, .changes.00001.jsonl.gz", "2, .deleted.00001.jsonl.gz"})
    void aDamagedFileLeavesNoCopy(int dump, String end) throws Exception {
        publishRandomly(new Random(10), 3);
        Path file = file(history.dumps().get(dump).folder(), end);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        SpillwayException refused = refused(history.dumps().get(0).folder(), folder.resolve("new"));
        assertThat(refused.fault()).isEqualTo(Fault.INTEGRITY);
        assertThat(refused).hasMessageContaining(file.getFileName().toString());
        assertThat(folder).isDirectoryNotContaining("glob:**.incomplete");
    }

    private static Path file(Path folder, String end) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(each -> each.getFileName().toString().endsWith("Z" + end))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void changesThatDoNotGiveTheNewDumpLeaveNoCopy() throws Exception {
        publishRandomly(new Random(11), 2);
        Path file = history.folder().resolve(ChangeSteps.FILE_NAME);
        String other = ChangeHistory.sum(List.of("{}"));
        String after = ChangeHistory.sum(history.dumps().get(1).lines().values());
        Files.writeString(file, Files.readString(file).replace(after, other));
        SpillwayException refused = refused(history.dumps().get(0).folder(), folder.resolve("new"));
        assertThat(refused.fault()).isEqualTo(Fault.INTEGRITY);
        assertThat(refused).hasMessageContaining(after).hasMessageContaining(other);
    }

    @Test
    void anExistingFolderIsNotReplaced() throws Exception {
        publishRandomly(new Random(12), 2);
        Path to = Files.createDirectories(folder.resolve("new"));
        SpillwayException refused = catchThrowableOfType(
                SpillwayException.class, () -> update(history.dumps().get(0).folder(), to, PLENTY));
        assertThat(refused.fault()).isEqualTo(Fault.DESTINATION_REFUSED);
        assertThat(to).isEmptyDirectory();
    }

    @Test
    void aFolderWithoutChangesIsNamed() throws Exception {
        publishRandomly(new Random(13), 2);
        Files.delete(history.folder().resolve(ChangeSteps.FILE_NAME));
        SpillwayException refused = refused(history.dumps().get(0).folder(), folder.resolve("new"));
        assertThat(refused.fault()).isEqualTo(Fault.CONFIG);
        assertThat(refused).hasMessageContaining("has no changes.json");
    }
}
