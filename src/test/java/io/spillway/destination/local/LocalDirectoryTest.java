package io.spillway.destination.local;

import static io.spillway.destination.DestinationContract.assertRefused;
import static io.spillway.destination.DestinationContract.bytes;
import static io.spillway.destination.DestinationContract.dump;
import static io.spillway.destination.DestinationContract.keys;
import static io.spillway.destination.DestinationContract.put;
import static io.spillway.destination.DestinationContract.read;
import static io.spillway.destination.DestinationContract.seeded;
import static io.spillway.destination.DestinationContract.whileLooping;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spillway.destination.Destination;
import io.spillway.destination.DestinationContract;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.Upload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class LocalDirectoryTest implements DestinationContract {
    private static final ObjectKey DUMP = new ObjectKey("journals/2026-11-21T030000Z");

    @TempDir
    private Path temporary;

    private Path root;

    @BeforeEach
    void nameTheRoot() throws IOException {
        root = temporary.toRealPath().resolve("dumps");
    }

    @Override
    public Destination create() throws SpillwayException {
        return LocalDirectory.open(root);
    }

    @Test
    void onlyTheOwnerCanReadAPrivateDirectory() throws Exception {
        Path spool = temporary.resolve("spool");
        Files.createDirectory(spool);
        Files.setPosixFilePermissions(spool, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (LocalDirectory directory = LocalDirectory.openPrivate(spool)) {
            directory.store(Files.writeString(temporary.resolve("part"), "bytes"), new ObjectKey("journals/dump/part"));
        }
        for (String each : new String[] {"", "journals", "journals/dump"}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(spool.resolve(each))))
                    .as(each)
                    .isEqualTo("rwx------");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(spool.resolve("journals/dump/part"))))
                .isEqualTo("rw-------");
    }

    @Test
    void theRootIsCreatedWithTheFoldersAboveIt() throws Exception {
        Path deep = root.resolve("a/b");
        assertThat(LocalDirectory.open(deep).name()).isEqualTo(deep.toString());
        assertThat(deep).isDirectory();
        assertThat(permissions(deep)).isEqualTo("rwxr-xr-x");
    }

    @Test
    void anExistingRootKeepsItsPermissions() throws Exception {
        Files.createDirectory(root);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwx---"));
        LocalDirectory.open(root);
        assertThat(permissions(root)).isEqualTo("rwxrwx---");
    }

    @Test
    void theRootMayBeALink() throws Exception {
        Path real = Files.createDirectory(temporary.toRealPath().resolve("real"));
        Files.createSymbolicLink(root, real);
        LocalDirectory directory = LocalDirectory.open(root);
        put(directory, new ObjectKey("a/b"), bytes("1"));
        assertThat(real.resolve("a/b")).hasContent("1");
    }

    @Test
    void aFileInPlaceOfTheRootIsRefused() throws Exception {
        Files.writeString(root, "");
        for (Path path : List.of(root, root.resolve("below"))) {
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> LocalDirectory.open(path))
                    .withMessageContaining(root.toString())
                    .satisfies(e -> {
                        assertThat(e.fault()).isEqualTo(Fault.DESTINATION_REFUSED);
                        assertThat(e.hint()).isNotBlank();
                    });
        }
    }

    @Test
    void aReadOnlyFileSystemIsRefused() throws Exception {
        try (Mount mount = Mount.tmpfs(Files.createDirectory(root), "size=1m,ro")) {
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> LocalDirectory.open(mount.path()))
                    .withMessageContaining("is not writable")
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_REFUSED));
            assertRefused(() -> LocalDirectory.open(mount.path().resolve("below")));
        }
    }

    @Test
    void aFileInPlaceOfAFolderIsRefusedAndStays() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        put(directory, new ObjectKey("journals"), bytes("1"));
        assertRefused(() -> directory.begin(new ObjectKey("journals/latest.json")));
        assertRefused(() -> directory.newWorkFolder(DUMP));
        assertRefused(() -> directory.lock("journals"));
        assertRefused(() -> directory.place(readyFolder(), DUMP, "manifest.json"));
        assertThat(tree()).containsExactly("journals");
    }

    @Test
    void aFolderInPlaceOfAFileIsRefusedAndStays() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        Files.createDirectory(root.resolve("links.json"));
        try (Upload upload = directory.begin(new ObjectKey("links.json"))) {
            assertRefused(upload::commit);
        }
        assertThat(tree()).containsExactly("links.json");
    }

    @Test
    void keysWithHiddenSegmentsAreRefusedAsABug() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        for (String key : List.of(".a", "a/.b", ".a/b", "journals/" + Lock.FILE)) {
            assertThatIllegalArgumentException().isThrownBy(() -> directory.begin(new ObjectKey(key)));
            assertThatIllegalArgumentException().isThrownBy(() -> directory.delete(new ObjectKey(key)));
        }
    }

    @Test
    void anUnfinishedUploadIsAHiddenFileThatOnlyItsOwnerCanRead() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        try (Upload upload = directory.begin(new ObjectKey("journals/latest.json"))) {
            upload.body().write(1);
            assertThat(tree()).hasSize(2).first().isEqualTo("journals");
            assertThat(tree().get(1)).matches("journals/\\.latest\\.json\\.[0-9a-f]{16}\\.incomplete");
            assertThat(permissions(root.resolve(tree().get(1)))).isEqualTo("rw-------");
        }
    }

    @Test
    void closingWithoutCommittingRemovesTheCreatedFolders() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        Files.createDirectory(root.resolve("kept"));
        directory.begin(new ObjectKey("kept/a/b/c")).close();
        assertThat(tree()).containsExactly("kept");
    }

    @Test
    void closingWithoutCommittingKeepsAFolderInUse() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        try (Upload abandoned = directory.begin(new ObjectKey("a/b/c"));
                Upload other = directory.begin(new ObjectKey("a/d"))) {
            abandoned.close();
            other.commit();
        }
        assertThat(tree()).containsExactly("a", "a/d");
    }

    @Test
    void deletingTheLastObjectRemovesItsFoldersButNotTheRoot() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        put(directory, new ObjectKey("a/b/c"), bytes("1"));
        directory.delete(new ObjectKey("a/b/c"));
        assertThat(tree()).isEmpty();
        assertThat(root).isDirectory();
    }

    @Test
    void everyUserCanReadPublishedFilesAndFolders() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        put(directory, new ObjectKey("a/b"), bytes("1"));
        assertThat(permissions(root.resolve("a"))).isEqualTo("rwxr-xr-x");
        assertThat(permissions(root.resolve("a/b"))).isEqualTo("rw-r--r--");

        Path work = directory.newWorkFolder(DUMP);
        assertThat(permissions(work)).isEqualTo("rwx------");
        dump(work, 1);
        Files.setPosixFilePermissions(work.resolve("manifest.json"), PosixFilePermissions.fromString("rw-------"));
        directory.place(work, DUMP, "manifest.json");
        assertThat(permissions(root.resolve(DUMP.value()))).isEqualTo("rwxr-xr-x");
        assertThat(permissions(root.resolve(DUMP.child("manifest.json").value())))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void aLongNameIsAllowed() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        ObjectKey longest = new ObjectKey("n".repeat(255));
        put(directory, longest, bytes("1"));
        assertThat(read(directory, longest)).isEqualTo(bytes("1"));
        try (Upload upload = directory.begin(new ObjectKey("n".repeat(256)))) {
            assertRefused(upload::commit);
        }
        assertThat(directory.list("")).hasSize(1);
    }

    @Test
    void aFileModifiedByAnotherProcessIsNotCommitted() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        ObjectKey key = new ObjectKey("part");
        try (Upload upload = directory.begin(key)) {
            upload.body().write(bytes("123"));
            Files.write(root.resolve(tree().get(0)), bytes("12345"), StandardOpenOption.APPEND);
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(upload::commit)
                    .withMessageContaining("5 bytes of part, expected 3")
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE));
        }
        assertThat(tree()).isEmpty();
    }

    @Test
    void aBodyAcceptsNothingOnceItIsClosedOrItsUploadHasEnded() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        try (Upload upload = directory.begin(new ObjectKey("a"))) {
            upload.body().close();
            assertThatIOException().isThrownBy(() -> upload.body().write(1));
            assertThat(upload.commit().bytes()).isZero();
        }
        try (Upload upload = directory.begin(new ObjectKey("b"))) {
            upload.commit();
            assertThatIOException().isThrownBy(() -> upload.body().write(1));
        }
        assertThat(directory.find(new ObjectKey("b")).orElseThrow().bytes()).isZero();
    }

    @Test
    void anInterruptedThreadStillCommitsAndStaysInterrupted() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        Path work = directory.newWorkFolder(DUMP);
        dump(work, 2);
        Thread.currentThread().interrupt();
        try {
            put(directory, new ObjectKey("a"), seeded(1, 100_000));
            directory.place(work, DUMP, "manifest.json");
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
        assertThat(read(directory, new ObjectKey("a"))).isEqualTo(seeded(1, 100_000));
        assertThat(directory.list(DUMP + "/")).hasSize(3);
    }

    @Test
    void aFullDiskIsUnavailableAndLeavesNothing() throws Exception {
        try (Mount mount = Mount.tmpfs(Files.createDirectory(root), "size=1m")) {
            LocalDirectory directory = LocalDirectory.open(mount.path());
            put(directory, new ObjectKey("links.json"), bytes("old"));
            ObjectKey key = new ObjectKey("journals/part");
            try (Upload upload = directory.begin(key)) {
                assertThatIOException()
                        .isThrownBy(() -> upload.body().write(seeded(1, 2_000_000)))
                        .havingCause()
                        .isInstanceOf(SpillwayException.class);
                assertThatIOException().isThrownBy(() -> upload.body().write(1));
                assertThatExceptionOfType(SpillwayException.class)
                        .isThrownBy(upload::commit)
                        .withMessageContaining("journals/part")
                        .satisfies(e -> {
                            assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE);
                            assertThat(e.hint()).contains("bytes are free");
                        });
            }
            assertThat(tree()).containsExactly("links.json");
            put(directory, key, seeded(1, 500_000));
            assertThat(directory.find(key)).isPresent();
        }
    }

    @Test
    void aFolderTooLargeForTheDiskIsNotCopied() throws Exception {
        Path source = Files.createDirectory(temporary.resolve("source"));
        Files.write(source.resolve("manifest.json"), seeded(1, 2_000_000));
        try (Mount mount = Mount.tmpfs(Files.createDirectory(root), "size=1m")) {
            LocalDirectory directory = LocalDirectory.open(mount.path());
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
        try (Mount mount = Mount.tmpfs(mountPoint, "size=4m")) {
            Path source = Files.createDirectory(mount.path().resolve("source"));
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
        List<Action> obstacles = List.of(
                () -> Files.createDirectory(target),
                () -> Files.createFile(target),
                () -> Files.createSymbolicLink(target, temporary),
                () -> Files.createSymbolicLink(target, temporary.resolve("missing")));
        for (Action obstacle : obstacles) {
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
    void aListingContainsOnlyFilesWhoseNamesAreKeys() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        put(directory, new ObjectKey("a/b"), bytes("1"));
        Files.createFile(root.resolve(".dot"));
        Files.createFile(root.resolve("two words"));
        Files.createDirectory(root.resolve("a/.hidden"));
        Files.createFile(root.resolve("a/.hidden/c"));
        Files.createDirectory(root.resolve("empty"));
        Files.createDirectory(root.resolve("lost+found"));
        Files.createFile(root.resolve("lost+found/d"));
        assertThat(keys(directory.list(""))).containsExactly("a/b");
        assertThat(directory.list("a/.hidden/")).isEmpty();
        assertThat(directory.list(".")).isEmpty();
    }

    @Test
    void aLinkIsNeverFollowed() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        Path outside = Files.createDirectory(temporary.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
        Files.createSymbolicLink(root.resolve("link"), outside);
        Files.createSymbolicLink(root.resolve("file"), outside.resolve("secret"));

        assertThat(directory.list("")).isEmpty();
        assertThat(directory.list("link/")).isEmpty();
        assertThat(directory.find(new ObjectKey("link/secret"))).isEmpty();
        assertThat(directory.find(new ObjectKey("file"))).isEmpty();
        assertRefused(() -> directory.open(new ObjectKey("link/secret")));
        assertRefused(() -> directory.open(new ObjectKey("file")));
        assertRefused(() -> directory.begin(new ObjectKey("link/new")));
        assertRefused(() -> directory.begin(new ObjectKey("link/deeper/new")));
        assertRefused(() -> directory.newWorkFolder(new ObjectKey("link/dump")));
        assertRefused(() -> directory.place(readyFolder(), new ObjectKey("link/dump"), "manifest.json"));
        assertRefused(() -> directory.lock("link"));
        directory.delete(new ObjectKey("link/secret"));
        directory.delete(new ObjectKey("file"));
        Files.createDirectory(outside.resolve(".a.0123456789abcdef.incomplete"));
        assertThat(directory.sweep("link")).isEmpty();

        try (Stream<Path> stays = Files.list(outside)) {
            assertThat(stays).hasSize(2);
        }
        assertThat(outside.resolve("secret")).hasContent("secret");
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
    @Timeout(60)
    void ofSeveralThatStoreDifferentBytesUnderOneNameOneSucceeds() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        int threads = 4;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 30; round++) {
                ObjectKey key = DUMP.child("part" + round);
                CyclicBarrier start = new CyclicBarrier(threads);
                List<Future<Boolean>> stored = new ArrayList<>();
                for (int taker = 0; taker < threads; taker++) {
                    Path file = Files.writeString(temporary.resolve("taker" + taker), "bytes of " + taker);
                    stored.add(pool.submit(() -> {
                        start.await();
                        return stores(directory, file, key);
                    }));
                }
                List<String> takers = new ArrayList<>();
                for (int taker = 0; taker < threads; taker++) {
                    if (stored.get(taker).get()) {
                        takers.add("bytes of " + taker);
                    }
                }
                assertThat(takers).containsExactly(Files.readString(root.resolve(key.value())));
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(tree()).noneMatch(name -> name.endsWith(".incomplete"));
    }

    private static boolean stores(LocalDirectory directory, Path file, ObjectKey key) {
        try {
            directory.store(file, key);
            return true;
        } catch (SpillwayException e) {
            assertThat(e.fault()).isEqualTo(Fault.DESTINATION_REFUSED);
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

    @Test
    void aLinkPointsToAFolderAndMovesInOneStep() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        put(directory, new ObjectKey("journals/1/a"), bytes("one"));
        put(directory, new ObjectKey("journals/2/a"), bytes("two"));
        ObjectKey latest = new ObjectKey("journals/latest");
        assertThat(directory.link(latest, new ObjectKey("journals/1"))).isTrue();
        assertThat(root.resolve("journals/latest/a")).hasContent("one");
        assertThat(directory.link(latest, new ObjectKey("journals/2"))).isTrue();
        assertThat(root.resolve("journals/latest/a")).hasContent("two");
        assertThat(Files.readSymbolicLink(root.resolve("journals/latest"))).isEqualTo(Path.of("2"));
        assertThat(directory.list(""))
                .extracting(object -> object.key().value())
                .containsExactly("journals/1/a", "journals/2/a");
        assertThat(tree()).noneMatch(name -> name.endsWith(".incomplete"));
    }

    @Test
    void unlinkingLeavesTheFolder() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        put(directory, new ObjectKey("journals/1/a"), bytes("one"));
        ObjectKey latest = new ObjectKey("journals/latest");
        directory.link(latest, new ObjectKey("journals/1"));
        directory.unlink(latest);
        directory.unlink(latest);
        assertThat(Files.exists(root.resolve("journals/latest"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
        assertThat(root.resolve("journals/1/a")).hasContent("one");
    }

    @Test
    void aFolderThatIsNotALinkIsNotUnlinked() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        put(directory, new ObjectKey("journals/latest"), bytes("mine"));
        directory.unlink(new ObjectKey("journals/latest"));
        directory.unlink(new ObjectKey("nothing/latest"));
        assertThat(root.resolve("journals/latest")).hasContent("mine");
    }

    @Test
    void aLinkDoesNotReplaceAFolder() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        put(directory, new ObjectKey("journals/1/a"), bytes("one"));
        put(directory, new ObjectKey("journals/latest/a"), bytes("mine"));
        assertThatThrownBy(() -> directory.link(new ObjectKey("journals/latest"), new ObjectKey("journals/1")))
                .isInstanceOf(SpillwayException.class);
        assertThat(root.resolve("journals/latest/a")).hasContent("mine");
        assertThat(tree()).noneMatch(name -> name.endsWith(".incomplete"));
    }

    @Test
    @Timeout(60)
    void theSitesLockIsAwaitedUpToATimeLimit() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        try (Lock held = directory.lockSite(Duration.ZERO)) {
            assertThatThrownBy(() -> directory.lockSite(Duration.ofMillis(150)))
                    .isInstanceOfSatisfying(
                            SpillwayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.ALREADY_RUNNING));
            Thread releases = new Thread(held::close);
            releases.start();
            directory.lockSite(Duration.ofSeconds(50)).close();
            releases.join();
        }
    }

    @Test
    void aLockCanBeHeldOnceInThisProcess() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        try (Lock lock = directory.lock("journals")) {
            assertAlreadyRunning(directory, ProcessHandle.current().pid());
            assertAlreadyRunning(
                    LocalDirectory.open(root), ProcessHandle.current().pid());
            directory.lock("articles").close();
            lock.close();
            directory.lock("journals").close();
        }
    }

    @Test
    void aLockFileNamesItsLastHolderAndStays() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        Path file = root.resolve("journals").resolve(Lock.FILE);
        Files.createDirectory(file.getParent());
        Files.writeString(file, "something longer than what is written now, ".repeat(20));
        Lock lock = directory.lock("journals");
        lock.close();
        lock.close();
        assertThat(Files.readString(file))
                .matches("beat=\\d{12} host=\\S+ pid=" + ProcessHandle.current().pid()
                        + " since=\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ id=[0-9a-f-]{36} done\n");
        assertThat(directory.list("")).isEmpty();
    }

    @Test
    void aSecondCloseDoesNotReleaseTheNextHoldersLock() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        Lock first = directory.lock("journals");
        first.close();
        try (Lock second = directory.lock("journals")) {
            first.close();
            assertAlreadyRunning(directory, ProcessHandle.current().pid());
        }
    }

    @Test
    void aLockOfAnotherProcessIsNamedAndEndsWithIt() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        Process other = lockHolder();
        try {
            assertThat(firstLine(other)).isEqualTo("held");
            assertAlreadyRunning(directory, other.pid());
            assertAlreadyRunning(directory, other.pid());
        } finally {
            other.destroyForcibly().waitFor();
        }
        directory.lock("journals").close();
    }

    @Test
    void aSecondAttemptInThisProcessDoesNotReleaseTheLockForOtherProcesses() throws Exception {
        LocalDirectory directory = LocalDirectory.open(root);
        try (Lock lock = directory.lock("journals")) {
            assertAlreadyRunning(directory, ProcessHandle.current().pid());
            Process other = lockHolder();
            try {
                assertThat(firstLine(other)).isEqualTo("ALREADY_RUNNING");
            } finally {
                other.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void theUsableBytesAreThoseOfTheFileSystem() throws Exception {
        try (Mount mount = Mount.tmpfs(Files.createDirectory(root), "size=1m")) {
            LocalDirectory directory = LocalDirectory.open(mount.path());
            long before = directory.usableBytes();
            assertThat(before).isBetween(1L, 1L << 20);
            put(directory, new ObjectKey("a"), new byte[500_000]);
            assertThat(directory.usableBytes()).isLessThanOrEqualTo(before - 500_000);
        }
    }

    private static void assertAlreadyRunning(LocalDirectory directory, long holder) {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> directory.lock("journals").close())
                .withMessageContaining("another export of \"journals\" is running")
                .withMessageContaining("pid=" + holder + " ")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.ALREADY_RUNNING));
    }

    private Process lockHolder() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockHolder.class.getName(),
                        root.toString(),
                        "journals")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String firstLine(Process process) throws IOException {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }

    /** A finished dump in a new folder outside the root. */
    private Path readyFolder() throws IOException {
        Path folder = Files.createTempDirectory(temporary, "ready");
        dump(folder, 1);
        return folder;
    }

    /** Everything below the root, hidden or not, sorted. */
    private List<String> tree() throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(path -> !path.equals(root))
                    .map(path -> root.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    /** A small file system, if this process may mount one. Otherwise the test is skipped. */
    private record Mount(Path path) implements AutoCloseable {

        static Mount tmpfs(Path folder, String options) throws Exception {
            int code = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder.toString());
            assumeTrue(code == 0, "this process may not mount a file system");
            FileStore store = Files.getFileStore(folder);
            assertThat(store.type()).isEqualTo("tmpfs");
            return new Mount(folder);
        }

        @Override
        public void close() throws Exception {
            // Lazily, so that a descriptor left open by a failed test does not hide the failure.
            run("umount", "-l", path.toString());
        }

        private static int run(String... command) throws Exception {
            try {
                return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
            } catch (IOException e) {
                return -1;
            }
        }
    }
}
