package io.spillway.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promises of every destination: one test for each sentence of {@link Destination} and {@link Upload}. The test of
 * an adapter implements this interface and inherits all of them.
 */
@Timeout(120)
public interface DestinationContract {

    /** A new, empty destination. The test closes it. */
    Destination create() throws Exception;

    /**
     * The prefix of the keys of these tests: nothing, or the folder of a dump if the destination keeps nothing else.
     */
    default String root() {
        return "";
    }

    /** The key of that name below {@link #root}. */
    default ObjectKey key(String name) {
        return new ObjectKey(root() + name);
    }

    /** The names, below {@link #root}, of the keys listed with this prefix. */
    private List<String> names(Destination destination, String prefix) throws Exception {
        return keys(destination.list(root() + prefix)).stream()
                .map(key -> key.substring(root().length()))
                .toList();
    }

    @Test
    default void nothingIsVisibleBeforeTheCommit() throws Exception {
        try (Destination destination = create()) {
            ObjectKey key = key("journals/latest.json");
            try (Upload upload = destination.begin(key)) {
                upload.body().write(bytes("{}"));
                upload.body().flush();
                upload.body().close();

                assertThat(destination.find(key)).isEmpty();
                assertThat(destination.list(root())).isEmpty();
                assertRefused(() -> destination.open(key));

                upload.commit();
            }
            assertThat(destination.find(key)).isPresent();
            assertThat(read(destination, key)).isEqualTo(bytes("{}"));
        }
    }

    @Test
    default void closingWithoutCommittingLeavesNothing() throws Exception {
        try (Destination destination = create()) {
            ObjectKey key = key("journals/latest.json");
            try (Upload upload = destination.begin(key)) {
                upload.body().write(bytes("{}"));
            }
            assertThat(destination.find(key)).isEmpty();
            assertThat(destination.list(root())).isEmpty();
        }
    }

    @Test
    default void aBodyThatThrowsHalfwayLeavesTheOldObject() throws Exception {
        try (Destination destination = create()) {
            ObjectKey key = key("links.json");
            put(destination, key, bytes("old"));
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
                try (Upload upload = destination.begin(key);
                        OutputStream body = upload.body()) {
                    body.write(seeded(1, 300_000));
                    throw new IOException("the source broke");
                }
            });
            assertThat(read(destination, key)).isEqualTo(bytes("old"));
            assertThat(names(destination, "")).containsExactly("links.json");
        }
    }

    @Test
    default void aCommitReportsTheBytesAndTheHashOfWhatWasWritten() throws Exception {
        try (Destination destination = create()) {
            ObjectKey key = key("journals/part");
            byte[] content = seeded(2, 123_457);
            StoredObject stored;
            try (Upload upload = destination.begin(key)) {
                upload.body().write(content[0]);
                upload.body().write(content, 1, 70_000);
                upload.body().write(content, 70_001, content.length - 70_001);
                stored = upload.commit();
            }
            assertThat(stored).isEqualTo(new StoredObject(key, content.length, sha256(content)));
            assertThat(read(destination, key)).isEqualTo(content);
            StoredObject found = destination.find(key).orElseThrow();
            assertThat(found.key()).isEqualTo(key);
            assertThat(found.bytes()).isEqualTo(content.length);
            assertThat(found.sha256()).isIn(null, sha256(content));
        }
    }

    @Test
    default void anUploadCanBeCommittedOnce() throws Exception {
        try (Destination destination = create();
                Upload upload = destination.begin(key("a"))) {
            upload.commit();
            assertThatIllegalStateException().isThrownBy(upload::commit);
        }
    }

    @Test
    default void aClosedUploadCannotBeCommitted() throws Exception {
        try (Destination destination = create()) {
            Upload upload = destination.begin(key("a"));
            upload.close();
            upload.close();
            assertThatIllegalStateException().isThrownBy(upload::commit);
            assertThat(destination.list(root())).isEmpty();
        }
    }

    @Test
    default void anEmptyObjectIsAnObject() throws Exception {
        try (Destination destination = create()) {
            ObjectKey key = key("empty");
            StoredObject stored = put(destination, key, new byte[0]);
            assertThat(stored).isEqualTo(new StoredObject(key, 0, sha256(new byte[0])));
            assertThat(read(destination, key)).isEmpty();
            assertThat(names(destination, "")).containsExactly("empty");
        }
    }

    @Test
    default void anObjectOfTwentyMegabytesIsStoredWhole() throws Exception {
        try (Destination destination = create()) {
            ObjectKey key = key("journals/large");
            byte[] content = seeded(3, 20_000_000);
            assertThat(put(destination, key, content).sha256()).isEqualTo(sha256(content));
            assertThat(sha256(read(destination, key))).isEqualTo(sha256(content));
        }
    }

    @Test
    default void aSecondCommitReplacesTheObject() throws Exception {
        try (Destination destination = create()) {
            assumeTrue(destination.traits().keepsSiteFiles(), "this destination keeps dumps, whose files never change");
            ObjectKey key = key("journals/latest.json");
            put(destination, key, bytes("a longer first version"));
            put(destination, key, bytes("second"));
            assertThat(read(destination, key)).isEqualTo(bytes("second"));
            assertThat(destination.find(key).orElseThrow().bytes()).isEqualTo(6);
            assertThat(destination.list(root())).hasSize(1);
        }
    }

    @Test
    default void aReaderSeesOnlyWholeVersions() throws Exception {
        try (Destination destination = create()) {
            assumeTrue(destination.traits().replacesAtomically(), "this destination does not replace atomically");
            ObjectKey key = key("journals/latest.json");
            put(destination, key, version(0));
            Set<Integer> seen = new HashSet<>();
            whileLooping(
                    () -> {
                        byte[] content = read(destination, key);
                        assertThat(content).isEqualTo(version(content[0]));
                        seen.add((int) content[0]);
                    },
                    () -> {
                        for (int i = 1; i <= 100; i++) {
                            put(destination, key, version(i));
                        }
                    });
            assertThat(seen).isNotEmpty();
            assertThat(read(destination, key)).isEqualTo(version(100));
        }
    }

    @Test
    default void theVersionThatWasReadIsReplaced() throws Exception {
        try (Destination destination = create()) {
            assumeTrue(destination.traits().keepsSiteFiles(), "this destination keeps dumps, whose files never change");
            ObjectKey key = key("journals/latest.json");
            put(destination, key, bytes("first"));
            assertThat(destination.replace(key, bytes("second"), listed(destination, key)))
                    .isTrue();
            assertThat(destination.replace(key, bytes("third"), version(destination, key)))
                    .isTrue();
            assertThat(read(destination, key)).isEqualTo(bytes("third"));
        }
    }

    @Test
    default void aVersionThatNoLongerExistsIsNotReplaced() throws Exception {
        try (Destination destination = create()) {
            assumeTrue(destination.traits().keepsSiteFiles(), "this destination keeps dumps, whose files never change");
            ObjectKey key = key("journals/latest.json");
            put(destination, key, bytes("old"));
            String old = listed(destination, key);
            put(destination, key, bytes("theirs"));
            assertThat(destination.replace(key, bytes("ours"), old)).isFalse();
            assertThat(destination.replace(key, bytes("ours"), null)).isFalse();
            assertThat(read(destination, key)).isEqualTo(bytes("theirs"));
            destination.delete(key);
            assertThat(destination.replace(key, bytes("ours"), old)).isFalse();
            assertThat(destination.find(key)).isEmpty();
        }
    }

    @Test
    default void aMissingObjectIsWrittenOnce() throws Exception {
        try (Destination destination = create()) {
            assumeTrue(destination.traits().keepsSiteFiles(), "this destination keeps dumps, whose files never change");
            ObjectKey key = key("links.json");
            assertThat(destination.replace(key, bytes("first"), null)).isTrue();
            assertThat(destination.replace(key, bytes("second"), null)).isFalse();
            assertThat(read(destination, key)).isEqualTo(bytes("first"));
        }
    }

    private String listed(Destination destination, ObjectKey key) throws Exception {
        return destination.list(root()).stream()
                .filter(object -> object.key().equals(key))
                .findFirst()
                .orElseThrow()
                .version();
    }

    private static String version(Destination destination, ObjectKey key) throws Exception {
        return destination.find(key).orElseThrow().version();
    }

    @Test
    default void aListingIsSortedByKeyAndFilteredByPrefix() throws Exception {
        try (Destination destination = create()) {
            assumeTrue(destination.traits().listsWhatItJustStored(), "this destination lists later than it stores");
            for (String key : List.of("b", "a/c", "a-b", "a/b/c", "a/b.d", "ab/c", "a/b/a")) {
                put(destination, key(key), bytes(key));
            }
            assertThat(names(destination, "")).containsExactly("a-b", "a/b.d", "a/b/a", "a/b/c", "a/c", "ab/c", "b");
            assertThat(names(destination, "a")).containsExactly("a-b", "a/b.d", "a/b/a", "a/b/c", "a/c", "ab/c");
            assertThat(names(destination, "a/")).containsExactly("a/b.d", "a/b/a", "a/b/c", "a/c");
            assertThat(names(destination, "a/b")).containsExactly("a/b.d", "a/b/a", "a/b/c");
            assertThat(names(destination, "a/b/")).containsExactly("a/b/a", "a/b/c");
            assertThat(names(destination, "a/b/a")).containsExactly("a/b/a");
            assertThat(destination.list(root() + "a/b/a/")).isEmpty();
            assertThat(destination.list(root() + "c")).isEmpty();
            assertThat(destination.list(root() + "../")).isEmpty();
            assertThat(destination.list(root() + "/")).isEmpty();
            assertThat(destination.list(root() + "a/b/a").get(0).bytes()).isEqualTo(5);
        }
    }

    @Test
    default void aDeletedObjectIsGone() throws Exception {
        try (Destination destination = create()) {
            put(destination, key("a/b"), bytes("1"));
            put(destination, key("a/c"), bytes("2"));
            destination.delete(key("a/b"));
            assertThat(destination.find(key("a/b"))).isEmpty();
            assertThat(names(destination, "")).containsExactly("a/c");
        }
    }

    @Test
    default void deletingAMissingObjectSucceeds() throws Exception {
        try (Destination destination = create()) {
            destination.delete(key("a/b"));
            put(destination, key("a/b"), bytes("1"));
            destination.delete(key("a"));
            destination.delete(key("a/b/c"));
            assertThat(names(destination, "")).containsExactly("a/b");
            destination.delete(key("a/b"));
            destination.delete(key("a/b"));
            assertThat(destination.list(root())).isEmpty();
        }
    }

    @Test
    default void openingAMissingObjectIsRefused() throws Exception {
        try (Destination destination = create()) {
            put(destination, key("a/b"), bytes("1"));
            assertRefused(() -> destination.open(key("c")));
            assertRefused(() -> destination.open(key("a")));
            assertRefused(() -> destination.open(key("a/b/c")));
            assertThat(destination.find(key("a"))).isEmpty();
            assertThat(destination.find(key("a/b/c"))).isEmpty();
        }
    }

    @Test
    default void aStoredFileIsThereWithItsHash(@TempDir Path folder) throws Exception {
        byte[] content = seeded(5, 300_001);
        Path file = Files.write(folder.resolve("part"), content);
        try (Destination destination = create()) {
            ObjectKey key = new ObjectKey("journals/2026-11-21T030000Z/part");

            assertThat(destination.store(file, key)).isEqualTo(new StoredObject(key, content.length, sha256(content)));

            assertThat(read(destination, key)).isEqualTo(content);
            assertThat(file).hasBinaryContent(content);
        }
    }

    @Test
    default void storingTheSameFileAgainChangesNothing(@TempDir Path folder) throws Exception {
        byte[] content = seeded(6, 70_000);
        Path file = Files.write(folder.resolve("part"), content);
        try (Destination destination = create()) {
            ObjectKey key = new ObjectKey("journals/2026-11-21T030000Z/part");
            StoredObject first = destination.store(file, key);

            assertThat(destination.store(file, key)).isEqualTo(first);
            assertThat(read(destination, key)).isEqualTo(content);
        }
    }

    @Test
    default void storingRefusesANameThatAnotherFileHas(@TempDir Path folder) throws Exception {
        byte[] old = seeded(7, 70_000);
        byte[] other = old.clone();
        other[69_999]++;
        Path file = Files.write(folder.resolve("part"), other);
        try (Destination destination = create()) {
            ObjectKey key = new ObjectKey("journals/2026-11-21T030000Z/part");
            put(destination, key, old);

            assertRefused(() -> destination.store(file, key));

            assertThat(read(destination, key)).isEqualTo(old);
        }
    }

    @Test
    default void placingCompletesAnInterruptedCall(@TempDir Path folder) throws Exception {
        Map<String, byte[]> files = dump(folder, 4);
        try (Destination destination = create()) {
            assumeTrue(!destination.traits().placesAtOnce(), "this destination places all files in one step");
            ObjectKey prefix = new ObjectKey("journals/2026-11-21T030000Z");
            String first = files.keySet().iterator().next();
            destination.store(folder.resolve(first), prefix.child(first));

            destination.place(folder, prefix, "manifest.json");

            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                assertThat(read(destination, prefix.child(file.getKey()))).isEqualTo(file.getValue());
            }
        }
    }

    @Test
    default void placingAFolderMakesEachOfItsFilesVisible(@TempDir Path folder) throws Exception {
        Map<String, byte[]> files = dump(folder, 4);
        try (Destination destination = create()) {
            ObjectKey prefix = new ObjectKey("journals/2026-11-21T030000Z");
            destination.place(folder, prefix, "manifest.json");
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                assertThat(read(destination, prefix.child(file.getKey()))).isEqualTo(file.getValue());
            }
            if (destination.traits().listsWhatItJustStored()) {
                assertThat(keys(destination.list(root())))
                        .containsExactlyElementsOf(files.keySet().stream()
                                .map(name -> prefix.child(name).value())
                                .toList());
            }
        }
    }

    @Test
    default void placingRefusesAnExistingPrefixAndLeavesItUnchanged(@TempDir Path folder) throws Exception {
        dump(folder, 4);
        try (Destination destination = create()) {
            ObjectKey prefix = new ObjectKey("journals/2026-11-21T030000Z");
            put(destination, prefix.child("manifest.json"), bytes("old"));

            assertRefused(() -> destination.place(folder, prefix, "manifest.json"));

            assertThat(keys(destination.list(root()))).containsExactly("journals/2026-11-21T030000Z/manifest.json");
            assertThat(read(destination, prefix.child("manifest.json"))).isEqualTo(bytes("old"));
        }
    }

    @Test
    default void placingNextToAPrefixWithTheSameStartSucceeds(@TempDir Path folder) throws Exception {
        dump(folder, 1);
        try (Destination destination = create()) {
            assumeTrue(destination.traits().keepsSiteFiles(), "this destination keeps only dumps");
            put(destination, new ObjectKey("journals/2026-11-21T030000Z-note/a"), bytes("old"));
            ObjectKey prefix = new ObjectKey("journals/2026-11-21T030000Z");
            destination.place(folder, prefix, "manifest.json");
            assertThat(destination.find(prefix.child("manifest.json"))).isPresent();
        }
    }

    @Test
    default void aReaderSeesAllOfAPlacedFolderOrNothing(@TempDir Path folder) throws Exception {
        try (Destination destination = create()) {
            assumeTrue(destination.traits().placesAtOnce(), "this destination places file by file");
            for (int i = 0; i < 20; i++) {
                Path source = Files.createDirectory(folder.resolve("source" + i));
                int files = dump(source, 30).size();
                ObjectKey prefix = new ObjectKey("journals/dump" + i);
                whileLooping(
                        () -> assertThat(destination.list(prefix + "/").size()).isIn(0, files),
                        () -> destination.place(source, prefix, "manifest.json"));
                assertThat(destination.list(prefix + "/")).hasSize(files);
            }
        }
    }

    @Test
    default void theFileThatCompletesADumpIsNeverSeenBeforeTheOthers(@TempDir Path folder) throws Exception {
        try (Destination destination = create()) {
            for (int i = 0; i < 10; i++) {
                Path source = Files.createDirectory(folder.resolve("source" + i));
                Set<String> files = dump(source, 10).keySet();
                ObjectKey prefix = new ObjectKey("journals/2026-11-%02dT030000Z".formatted(i + 1));
                whileLooping(
                        () -> {
                            if (destination.find(prefix.child("manifest.json")).isPresent()) {
                                for (String file : files) {
                                    assertThat(destination.find(prefix.child(file)))
                                            .isPresent();
                                }
                            }
                        },
                        () -> destination.place(source, prefix, "manifest.json"));
            }
        }
    }

    @Test
    default void manyThreadsWriteAtOnce() throws Exception {
        int threads = 8;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (Destination destination = create()) {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Future<?>> lanes = new ArrayList<>();
            for (int lane = 0; lane < threads; lane++) {
                int number = lane;
                lanes.add(pool.submit(() -> {
                    start.await();
                    for (int i = 0; i < 20; i++) {
                        writeKeepOrDrop(destination, number, i);
                    }
                    return null;
                }));
            }
            for (Future<?> lane : lanes) {
                lane.get();
            }
            List<StoredObject> all = destination.list(root());
            assertThat(all).hasSize(threads * 20 / 2);
            for (StoredObject stored : all) {
                assertThat(read(destination, stored.key()))
                        .isEqualTo(seeded(stored.key().value().hashCode(), 10_000));
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** Each lane commits, abandons and deletes in folders that it shares with the others. */
    private void writeKeepOrDrop(Destination destination, int lane, int i) throws Exception {
        ObjectKey key = key("shared" + i % 5 + "/deeper/" + lane + "-" + i);
        byte[] content = seeded(key.value().hashCode(), 10_000);
        try (Upload upload = destination.begin(key)) {
            upload.body().write(content);
            if (i % 4 != 3) {
                upload.commit();
            }
        }
        if (i % 4 == 1) {
            destination.delete(key);
        }
    }

    /** Writes the files of a dump into the folder: parts, and a manifest that is written last. */
    static Map<String, byte[]> dump(Path folder, int parts) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        for (int part = 1; part <= parts; part++) {
            files.put("journals.%05d.jsonl.gz".formatted(part), seeded(part, 1_000 * part));
        }
        files.put("manifest.json", bytes("{\"parts\": " + parts + "}"));
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Files.write(folder.resolve(file.getKey()), file.getValue());
        }
        return files;
    }

    static StoredObject put(Destination destination, ObjectKey key, byte[] content) throws Exception {
        try (Upload upload = destination.begin(key)) {
            upload.body().write(content);
            return upload.commit();
        }
    }

    static byte[] read(Destination destination, ObjectKey key) throws Exception {
        try (InputStream in = destination.open(key)) {
            return in.readAllBytes();
        }
    }

    static List<String> keys(List<StoredObject> objects) {
        return objects.stream().map(stored -> stored.key().value()).toList();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] seeded(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static String sha256(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    static void assertRefused(Action action) {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(action::run)
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_REFUSED));
    }

    /** Runs {@code reader} repeatedly in its own thread, at least once, from before {@code writer} until after it. */
    static void whileLooping(Action reader, Action writer) throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        CyclicBarrier start = new CyclicBarrier(2);
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Callable<Void> loop = () -> {
                reader.run();
                start.await();
                do {
                    reader.run();
                } while (!done.get());
                return null;
            };
            Future<Void> reading = pool.submit(loop);
            start.await();
            try {
                writer.run();
            } finally {
                done.set(true);
            }
            reading.get();
        } finally {
            pool.shutdownNow();
        }
    }

    /** A step of a test. */
    @FunctionalInterface
    interface Action {
        void run() throws Exception;
    }

    /** Long enough for several writes, and of a different length for each number. Each byte is the number. */
    private static byte[] version(int number) {
        byte[] content = new byte[200_000 + number];
        Arrays.fill(content, (byte) number);
        return content;
    }
}
