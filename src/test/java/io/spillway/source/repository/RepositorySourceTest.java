package io.spillway.source.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.source.Document;
import io.spillway.source.Page;
import io.spillway.source.PageReader;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.source.elasticsearch.StoredIndices;
import io.spillway.support.RepositoryFixture;
import io.spillway.support.SnapshotRepository;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which snapshot is read, what of it, and what is refused, on a repository that a real server wrote. */
class RepositorySourceTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void unpack() throws IOException {
        RepositoryFixture.unpack(folder);
    }

    @ParameterizedTest
    @CsvSource({
        "latest, records, nightly-2, 29",
        "latest, all-records, nightly-2, 29",
        "latest, 'records,other', nightly-2, 32",
        "latest, 'rec*,-other', nightly-2, 29",
        "latest, other, nightly-2, 3",
        "nightly-*, records, nightly-2, 29",
        "nightly-1, records, nightly-1, 30",
        "*-1, records, nightly-1, 30"
    })
    void theNewestCompleteSnapshotThatHasTheIndexIsRead(String snapshot, String index, String chosen, int documents)
            throws Exception {
        try (RepositorySource source = source(snapshot, null, index);
                Snapshot frozen = source.freeze()) {
            assertThat(frozen.description().reading().kept().name()).isEqualTo(chosen);
            assertThat(frozen.documents()).isEqualTo(documents);
            assertThat(read(frozen)).hasSize(documents).doesNotHaveDuplicates();
            assertThat(frozen.recount()).isEqualTo(documents);
        }
    }

    @Test
    void documentsHaveTheirIdRoutingAndBytes() throws Exception {
        try (RepositorySource source = source("latest", null, "records");
                Snapshot frozen = source.freeze()) {
            assertThat(read(frozen))
                    .contains("\"1\" null {\"n\": 1, \"word\": \"w1\", \"kids\": [{\"k\": 1}, {\"k\": 1}]}")
                    .contains("\"4\" null {\"n\": 4, \"word\": \"again\"}")
                    .contains("\"r20\" \"a\" {\"n\": 20, \"word\": \"\\u00e9\"}")
                    .noneMatch(line -> line.startsWith("\"3\" "));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100})
    void slicesHaveEachDocumentOnceAtRisingPlaces(int slices) throws Exception {
        try (RepositorySource source = source(options("latest", null, "records,other", slices, 64));
                Snapshot frozen = source.freeze()) {
            Set<Long> places = new HashSet<>();
            for (Slice slice : frozen.slices()) {
                try (PageReader pages = frozen.read(slice, new StageClock(), new Progress())) {
                    long last = -1;
                    for (Optional<Page> page = pages.next(); page.isPresent(); page = pages.next()) {
                        for (Document document : page.get().documents()) {
                            assertThat(document.place()).isGreaterThan(last);
                            last = document.place();
                            places.add(last);
                        }
                    }
                }
            }
            assertThat(frozen.slices()).hasSize(slices);
            assertThat(places).hasSize(32);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nightly-3, records, SOURCE_REFUSED, is PARTIAL and lacks documents",
        "nightly-9, records, SOURCE_REFUSED, 'no successful snapshot'",
        "latest, lame, SOURCE_REFUSED, nightly-3 (PARTIAL)",
        "latest, nowhere, SOURCE_REFUSED, 'no successful snapshot'",
        "nightly-1, other, SOURCE_REFUSED, 'no successful snapshot'",
        "latest, some-records, CONFIG, 'alias \"some-records\" shows only a part of index \"records\": filter'",
        "latest, some-*, CONFIG, 'alias \"some-records\" shows only a part'",
        "latest, routed-records, CONFIG, routing",
        "latest, elsewhere:records, CONFIG, not supported",
        "latest, <records-{now/d}>, CONFIG, not supported"
    })
    void whatARepositoryDoesNotHaveIsRefused(String snapshot, String index, Fault fault, String message) {
        assertRefused(fault, message, () -> source(snapshot, null, index).freeze());
    }

    @Test
    void aSnapshotThatIsTooOldIsStale() {
        assertRefused(
                Fault.STALE,
                "nightly-2",
                () -> source("latest", Duration.ofMinutes(1), "records").freeze());
    }

    @Test
    void whatElasticsearch9WroteIsReadOnJava21AndRefusedBefore() throws Exception {
        Assumptions.assumeTrue(NewerLucene.isPresent(), "no Lucene 10: the build unpacks it");
        Path newer = RepositoryFixture.unpackVersion9(Files.createDirectory(folder.resolve("newer")));
        RepositoryOptions options = new RepositoryOptions("latest", null, "plain", reading(3, 64));
        if (Runtime.version().feature() < 21) {
            assertRefused(
                    Fault.SOURCE_REFUSED,
                    "Lucene 10, which needs Java 21 or newer",
                    () -> source(newer, options).freeze());
            return;
        }
        try (RepositorySource source = source(newer, options);
                Snapshot frozen = source.freeze()) {
            assertThat(read(frozen)).hasSize(50).contains("\"2\" null {\"n\": 2, \"t\": \"xx\"}");
            assertThat(frozen.recount()).isEqualTo(50);
        }
    }

    @Test
    void aFolderWithoutARepositoryIsRefused() throws Exception {
        Path empty = Files.createDirectory(folder.resolve("empty"));

        assertRefused(
                Fault.SOURCE_REFUSED,
                empty.toString(),
                () -> source(empty, new RepositoryOptions("latest", null, "records", reading(1, 64)))
                        .freeze());
    }

    /** What happens to a file. */
    enum Damage {
        FLIPPED,
        SHORTENED,
        EMPTIED,
        DELETED
    }

    @ParameterizedTest
    @EnumSource
    void everyDamagedFileOfTheSnapshotIsFound(Damage damage) throws Exception {
        Random random = new Random(20);
        for (String file : filesOf("nightly-2")) {
            byte[] content = Files.readAllBytes(folder.resolve(file));
            damage(folder.resolve(file), content, damage, random);
            assertRefused(Fault.INTEGRITY, "nightly-2", () -> readAll("records"));
            Files.write(folder.resolve(file), content);
        }
        readAll("records");
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedObjectIsFoundOrNoDocumentNeedsIt(Damage damage) throws Exception {
        List<String> right = readRemote();
        Random random = new Random(21);
        int found = 0;
        List<String> files = filesOf("nightly-2");
        for (String file : files) {
            byte[] content = Files.readAllBytes(folder.resolve(file));
            damage(folder.resolve(file), content, damage, random);
            try {
                assertThat(readRemote()).as(file).isEqualTo(right);
            } catch (SpillwayException e) {
                assertThat(e.fault()).as(file + ": " + e).isEqualTo(Fault.INTEGRITY);
                found++;
            }
            Files.write(folder.resolve(file), content);
        }
        assertThat(right).hasSize(29);
        assertThat(found).isBetween(damage == Damage.FLIPPED ? 8 : files.size(), files.size());
    }

    @Test
    void aStoreThatNoLongerAnswersIsUnavailableAndItsFilesAreNotDamaged() throws Exception {
        Objects objects = new Objects();
        readRemote(objects);
        int requests = objects.requests;
        for (int lost = 1; lost <= requests; lost++) {
            Objects failing = new Objects();
            failing.last = lost - 1;
            assertRefused(Fault.SOURCE_UNAVAILABLE, "connection lost", () -> readRemote(failing));
        }
    }

    private List<String> readRemote() throws Exception {
        return readRemote(new Objects());
    }

    private List<String> readRemote(Objects objects) throws Exception {
        try (RepositorySource source =
                        RepositorySource.open(objects, options("nightly-2", null, "records", 2, 1 << 16), inspector());
                Snapshot frozen = source.freeze()) {
            List<String> lines = read(frozen);
            assertThat(lines).hasSize((int) frozen.recount());
            return lines;
        }
    }

    /** The folder as a store of objects. */
    private final class Objects implements ObjectStore {
        private final DirectoryBlobs files = new DirectoryBlobs(folder);
        /** How many requests are answered. */
        private int last = Integer.MAX_VALUE;

        private int requests;

        private synchronized void request() throws IOException {
            requests++;
            if (requests > last) {
                throw new IOException("connection lost");
            }
        }

        @Override
        public String name() {
            return files.name();
        }

        @Override
        public Map<String, Long> list(String below, Runnable counted) throws IOException {
            request();
            return files.list(below);
        }

        @Override
        public byte[] read(String name) throws IOException {
            request();
            return files.readAll(name);
        }

        @Override
        public byte[] read(String name, long from, int length) throws IOException {
            request();
            byte[] all = files.readAll(name);
            int end = (int) Math.min(all.length, from + length);
            return Arrays.copyOfRange(all, (int) Math.min(from, end), end);
        }

        @Override
        public void close() {
            files.close();
        }
    }

    @Test
    void aFileThatVanishesAfterTheDocumentsWereCountedIsFound() throws Exception {
        try (RepositorySource source = source("latest", null, "records");
                Snapshot frozen = source.freeze()) {
            for (String file : filesOf("nightly-2")) {
                Files.delete(folder.resolve(file));
            }
            assertRefused(Fault.INTEGRITY, "is missing", () -> read(frozen));
        }
    }

    @Test
    void aSnapshotThatIsDeletedWhileItIsReadIsLost() throws Exception {
        try (RepositorySource source = source("nightly-2", null, "records");
                Snapshot frozen = source.freeze()) {
            for (String file : filesOf("nightly-2")) {
                Files.delete(folder.resolve(file));
            }
            Path list = folder.resolve("index-" + newestList());
            Files.writeString(
                    folder.resolve("index-9"),
                    Files.readString(list).replaceAll("\\{\"name\":\"nightly-2\".*(\\{\"name\":\"nightly-3\")", "$1"));
            assertRefused(Fault.SNAPSHOT_LOST, "was deleted while it was read", () -> read(frozen));
        }
    }

    @Test
    void aListThatIsNewerThanAllFilesIsDamage() throws Exception {
        Files.delete(folder.resolve("index-" + newestList()));

        assertRefused(Fault.INTEGRITY, "index.latest names the list index-", () -> readAll("records"));
    }

    private int newestList() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("index-\\d+"))
                    .mapToInt(name -> Integer.parseInt(name.substring(6)))
                    .max()
                    .orElseThrow();
        }
    }

    /** Everything that this snapshot's index {@code records} needs: descriptions, lists and blobs, but no list of snapshots. */
    private List<String> filesOf(String snapshot) throws Exception {
        BlobStore store = new DirectoryBlobs(folder);
        Repository repository = Repository.read(store);
        Repository.Entry entry = repository.snapshots().stream()
                .filter(each -> each.name().equals(snapshot))
                .findFirst()
                .orElseThrow();
        String shard = repository.folder("records", 0);
        List<String> files = new ArrayList<>(List.of(
                "snap-" + entry.uuid() + ".dat",
                repository.metadata(entry, "records"),
                shard + "/snap-" + entry.uuid() + ".dat"));
        String list =
                Repository.blob(store, files.get(2), MetadataBlob.SNAPSHOT).toString();
        SnapshotRepository.files(folder).stream()
                .filter(file -> file.startsWith(shard + "/__"))
                .filter(file -> list.contains("\"" + Path.of(file).getFileName() + "\""))
                .forEach(files::add);
        assertThat(files).hasSizeGreaterThan(20);
        return files;
    }

    private static void damage(Path file, byte[] content, Damage damage, Random random) throws IOException {
        switch (damage) {
            case FLIPPED -> {
                byte[] flipped = content.clone();
                flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
                Files.write(file, flipped);
            }
            case SHORTENED -> Files.write(file, Arrays.copyOf(content, content.length - 1));
            case EMPTIED -> Files.write(file, new byte[0]);
            case DELETED -> Files.delete(file);
        }
    }

    private void readAll(String index) throws Exception {
        try (RepositorySource source = source("nightly-2", null, index);
                Snapshot frozen = source.freeze()) {
            assertThat(read(frozen)).hasSize((int) frozen.recount());
        }
    }

    /** Id, routing and source of each document. */
    static List<String> read(Snapshot snapshot) throws Exception {
        List<String> found = new ArrayList<>();
        for (Slice slice : snapshot.slices()) {
            try (PageReader pages = snapshot.read(slice, new StageClock(), new Progress())) {
                for (Optional<Page> page = pages.next(); page.isPresent(); page = pages.next()) {
                    for (Document document : page.get().documents()) {
                        ByteArrayOutputStream line = new ByteArrayOutputStream();
                        document.writeSource(line);
                        found.add("%s %s %s"
                                .formatted(
                                        document.idAsJson(),
                                        document.routingAsJson(),
                                        line.toString(StandardCharsets.UTF_8)));
                    }
                }
            }
        }
        return found;
    }

    interface Action {
        void run() throws Exception;
    }

    static void assertRefused(Fault fault, String message, Action action) {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(action::run)
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.fault()).as(e.toString()).isEqualTo(fault))
                .satisfies(e -> assertThat(e.hint()).isNotBlank());
    }

    private static RepositoryOptions.Reading reading(Integer slices, int pageBytes) {
        return new RepositoryOptions.Reading(slices, null, pageBytes, false);
    }

    private RepositoryOptions options(String snapshot, Duration maxAge, String index, Integer slices, int pageBytes) {
        return new RepositoryOptions(snapshot, maxAge, index, reading(slices, pageBytes));
    }

    private RepositorySource source(String snapshot, Duration maxAge, String index) {
        return source(options(snapshot, maxAge, index, null, 1 << 16));
    }

    private RepositorySource source(RepositoryOptions options) {
        return source(folder, options);
    }

    private static RepositorySource source(Path directory, RepositoryOptions options) {
        return RepositorySource.open(directory, options, inspector());
    }

    /** What a server's mappings and settings mean. */
    static IndexInspector inspector() {
        return (openSearch, indices) -> {
            StoredIndices stored = new StoredIndices(openSearch);
            for (IndexInspector.Index index : indices) {
                stored.add(index.name(), index.mapping(), index.settings());
            }
            return new IndexInspector.Found(stored.fields(), stored.mayHoldUnmapped());
        };
    }
}
