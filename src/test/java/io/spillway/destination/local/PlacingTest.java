package io.spillway.destination.local;

import static io.spillway.destination.DestinationContract.assertRefused;
import static io.spillway.destination.DestinationContract.bytes;
import static io.spillway.destination.DestinationContract.dump;
import static io.spillway.destination.DestinationContract.put;
import static io.spillway.destination.DestinationContract.read;
import static io.spillway.destination.DestinationContract.seeded;
import static io.spillway.destination.DestinationContract.whileLooping;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.spillway.destination.DestinationContract;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.Upload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.support.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dumps that appear in one step, and sweeps beside them. */
@Timeout(120)
class PlacingTest extends DirectoryFixture {
    @Test
    void aFolderTooLargeForTheDiskIsNotCopied() throws Exception {
        Path source = Files.createDirectory(temporary.resolve("source"));
        Files.write(source.resolve("manifest.json"), seeded(1, 2_000_000));
        try (SmallDisk disk = SmallDisk.mount(Files.createDirectory(root), "size=1m")) {
            LocalDirectory directory = LocalDirectory.open(disk.root());
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> directory.place(source, DUMP, "manifest.json"))
                    .satisfies(e -> {
                        assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE);
                        assertThat(e.hint()).contains("2000000 bytes are needed", " are free");
                    });
            assertThat(tree()).containsExactly("journals");
        }
        assertThat(source.resolve("manifest.json")).hasSize(2_000_000);
    }

    @Test
    void aFolderOnAnotherFileSystemIsCopiedAndStays() throws Exception {
        Path mountPoint = Files.createDirectory(temporary.resolve("other"));
        try (SmallDisk disk = SmallDisk.mount(mountPoint, "size=4m")) {
            Path source = Files.createDirectory(disk.root().resolve("source"));
            Map<String, byte[]> files = dump(source, 5);
            LocalDirectory directory = LocalDirectory.open(root);

            whileLooping(
                    () -> assertThat(directory.list(DUMP + "/").size()).isIn(0, 6),
                    () -> directory.place(source, DUMP, "manifest.json"));

            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                assertThat(read(directory, DUMP.child(file.getKey()))).isEqualTo(file.getValue());
                assertThat(source.resolve(file.getKey())).hasBinaryContent(file.getValue());
                assertThat(permissions(root.resolve(DUMP.child(file.getKey()).value())))
                        .isEqualTo("rw-r--r--");
            }
            assertThat(tree()).hasSize(8).noneMatch(name -> name.contains("incomplete"));
            assertThat(permissions(root.resolve(DUMP.value()))).isEqualTo("rwxr-xr-x");
        }
    }

    @Test
    void aFolderOnTheSameFileSystemIsRenamed() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        Path work = directory.newWorkFolder(DUMP);
        assertThat(root.relativize(work).toString())
                .matches("journals/\\.2026-11-21T030000Z\\.[0-9a-f]{16}\\.incomplete");
        dump(work, 1);
        Object inode = Files.getAttribute(work.resolve("manifest.json"), "unix:ino");
        assertThat(directory.list("")).isEmpty();

        directory.place(work, DUMP, "manifest.json");

        assertThat(work).doesNotExist();
        Path placed = root.resolve(DUMP.child("manifest.json").value());
        assertThat(Files.getAttribute(placed, "unix:ino")).isEqualTo(inode);
        assertThat(tree()).hasSize(4);
    }

    @Test
    void placingNeverReplacesAnExistingFileOrFolder() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        Path target = root.resolve(DUMP.value());
        Files.createDirectories(target.getParent());
        List<DestinationContract.Action> obstacles = List.of(
                () -> Files.createDirectory(target),
                () -> Files.createFile(target),
                () -> Files.createSymbolicLink(target, temporary),
                () -> Files.createSymbolicLink(target, temporary.resolve("missing")));
        for (DestinationContract.Action obstacle : obstacles) {
            Path source = readyFolder();
            obstacle.run();
            Object inode = Files.getAttribute(target, "unix:ino", LinkOption.NOFOLLOW_LINKS);

            assertRefused(() -> directory.place(source, DUMP, "manifest.json"));
            assertRefused(() -> directory.newWorkFolder(DUMP));

            assertThat(Files.getAttribute(target, "unix:ino", LinkOption.NOFOLLOW_LINKS))
                    .isEqualTo(inode);
            assertThat(source.resolve("manifest.json")).exists();
            Files.delete(target);
        }
    }

    @Test
    void ofManyConcurrentPlacementsUnderOnePrefixOneSucceeds() throws Exception {
        int takers = 4;
        ExecutorService pool = Executors.newFixedThreadPool(takers);
        try {
            for (int round = 0; round < 25; round++) {
                ObjectKey prefix = new ObjectKey("journals/dump" + round);
                CyclicBarrier start = new CyclicBarrier(takers);
                List<Future<Boolean>> placed = new ArrayList<>();
                for (int taker = 0; taker < takers; taker++) {
                    // Each has its own object, as processes would: nothing in this JVM coordinates them.
                    LocalDirectory directory = LocalDirectory.open(root);
                    Path work = directory.newWorkFolder(prefix);
                    Files.writeString(work.resolve("manifest.json"), "taker " + taker);
                    placed.add(pool.submit(() -> {
                        start.await();
                        return places(directory, work, prefix);
                    }));
                }
                List<Integer> winners = new ArrayList<>();
                for (int taker = 0; taker < takers; taker++) {
                    if (placed.get(taker).get()) {
                        winners.add(taker);
                    }
                }
                assertThat(winners).hasSize(1);
                assertThat(root.resolve(prefix + "/manifest.json")).hasContent("taker " + winners.get(0));
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aConcurrentlyCreatedEmptyFolderIsNotReplaced() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            for (int round = 0; round < 50; round++) {
                ObjectKey prefix = new ObjectKey("journals/dump" + round);
                Path target = root.resolve(prefix.value());
                Path work = directory.newWorkFolder(prefix);
                dump(work, 1);
                CyclicBarrier start = new CyclicBarrier(2);
                Future<Boolean> created = pool.submit(() -> {
                    start.await();
                    // The folder becomes readable after the check of the target and just before the rename.
                    while (Files.exists(work) && !permissionsOrGone(work).equals("rwxr-xr-x")) {
                        Thread.onSpinWait();
                    }
                    return target.toFile().mkdir();
                });
                start.await();
                boolean placed = places(directory, work, prefix);
                assertThat(created.get()).as("round %d", round).isEqualTo(!placed);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static String permissionsOrGone(Path path) throws IOException {
        try {
            return permissions(path);
        } catch (NoSuchFileException e) {
            return "gone";
        }
    }

    private static boolean places(LocalDirectory directory, Path work, ObjectKey prefix) {
        try {
            directory.place(work, prefix, "manifest.json");
            return true;
        } catch (SpillwayException e) {
            assertThat(e.fault()).isEqualTo(Fault.DESTINATION_REFUSED);
            assertThat(work.resolve("manifest.json")).exists();
            return false;
        }
    }

    @Test
    void aFolderThatIsNotAFinishedDumpIsABug() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        Path withoutLast = readyFolder();
        Files.delete(withoutLast.resolve("manifest.json"));
        Path withFolder = readyFolder();
        Files.createDirectory(withFolder.resolve("folder"));
        Path withLink = readyFolder();
        Files.createSymbolicLink(withLink.resolve("link"), withLink.resolve("manifest.json"));
        Path withForeignName = readyFolder();
        Files.createFile(withForeignName.resolve("two words"));
        Path withHidden = readyFolder();
        Files.createFile(withHidden.resolve(".hidden"));
        for (Path folder : List.of(withoutLast, withFolder, withLink, withForeignName, withHidden)) {
            assertThatIllegalArgumentException()
                    .as("%s", folder)
                    .isThrownBy(() -> directory.place(folder, DUMP, "manifest.json"));
        }
        assertThat(tree()).isEmpty();
    }

    @Test
    void aSweptFolderIsNotABug() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> directory.place(temporary.resolve("missing"), DUMP, "manifest.json"))
                .withMessageContaining("missing")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE));
        assertThat(tree()).isEmpty();
    }

    @Test
    void aSweepRemovesLeftoversAndNothingElse() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        put(directory, new ObjectKey("journals/latest.json"), bytes("{}"));
        put(directory, DUMP.child("manifest.json"), bytes("{}"));
        put(directory, new ObjectKey("journals/x.incomplete"), bytes("{}"));
        Files.createFile(root.resolve("journals/.keep"));
        Files.createDirectory(root.resolve("journals/empty"));
        Path outside = Files.createDirectory(temporary.resolve("outside"));
        Files.createFile(outside.resolve("a"));
        Path work = directory.newWorkFolder(new ObjectKey("journals/2026-12-01T000000Z"));
        Files.createDirectories(work.resolve("a/b"));
        Files.createFile(work.resolve("a/b/c"));
        Files.createSymbolicLink(work.resolve("link"), outside);
        Path latest = Files.createFile(root.resolve("journals/.latest.json.0123456789abcdef.incomplete"));
        Files.setLastModifiedTime(latest, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        // As left by a placement that is killed between the reservation of the name and the rename:
        Files.createDirectory(root.resolve("journals/2026-12-01T000000Z"));
        // A work folder of a dump that exists: the dump is not empty and stays.
        Files.createDirectory(root.resolve("journals/.2026-11-21T030000Z.0123456789abcdef.incomplete"));
        Files.createDirectories(root.resolve("articles/.a.0123456789abcdef.incomplete"));

        List<String> removed = directory.sweep("journals");

        assertThat(removed)
                .containsExactly(
                        ".2026-11-21T030000Z.0123456789abcdef.incomplete",
                        work.getFileName().toString(),
                        ".latest.json.0123456789abcdef.incomplete",
                        "2026-12-01T000000Z");
        assertThat(tree())
                .containsExactly(
                        "articles",
                        "articles/.a.0123456789abcdef.incomplete",
                        "journals",
                        "journals/.keep",
                        "journals/2026-11-21T030000Z",
                        "journals/2026-11-21T030000Z/manifest.json",
                        "journals/empty",
                        "journals/latest.json",
                        "journals/x.incomplete");
        assertThat(outside.resolve("a")).exists();
        assertThat(directory.sweep("journals")).isEmpty();
        assertThat(directory.sweep("nothing")).isEmpty();
    }

    @Test
    @Timeout(60)
    void aFolderPlacedDuringASweepIsWholeOrAbsent() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            for (int round = 0; round < 40; round++) {
                ObjectKey prefix = new ObjectKey("journals/dump" + round);
                Path work = directory.newWorkFolder(prefix);
                int files = dump(work, 40).size();
                CyclicBarrier start = new CyclicBarrier(2);
                Future<Boolean> placed = pool.submit(() -> {
                    start.await();
                    return placesUnlessSwept(directory, work, prefix);
                });
                start.await();
                directory.sweep("journals");
                int expected = placed.get() ? files : 0; // the listing must come after the end of the placement
                assertThat(directory.list(prefix + "/")).as("round %d", round).hasSize(expected);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(directory.sweep("journals")).isEmpty();
    }

    private static boolean placesUnlessSwept(LocalDirectory directory, Path work, ObjectKey prefix) {
        try {
            directory.place(work, prefix, "manifest.json");
            return true;
        } catch (SpillwayException e) {
            assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE);
            assertThat(work).doesNotExist();
            return false;
        }
    }

    @Test
    void aSweepLeavesAFileThatMayBeInProgress() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        try (Upload upload = directory.begin(new ObjectKey("journals/latest.json"))) {
            upload.body().write(bytes("{}"));
            assertThat(directory.sweep("journals")).isEmpty();
            upload.commit();
        }
        assertThat(root.resolve("journals/latest.json")).hasContent("{}");
    }
}
