package io.spillway.destination.local;

import static io.spillway.destination.DestinationContract.assertRefused;
import static io.spillway.destination.DestinationContract.bytes;
import static io.spillway.destination.DestinationContract.dump;
import static io.spillway.destination.DestinationContract.keys;
import static io.spillway.destination.DestinationContract.put;
import static io.spillway.destination.DestinationContract.read;
import static io.spillway.destination.DestinationContract.seeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.destination.Destination;
import io.spillway.destination.DestinationContract;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.Upload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.support.SmallDisk;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LocalDirectoryTest extends DirectoryFixture implements DestinationContract {
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
        try (SmallDisk disk = SmallDisk.mount(Files.createDirectory(root), "size=1m,ro")) {
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> LocalDirectory.open(disk.root()))
                    .withMessageContaining("is not writable")
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_REFUSED));
            assertRefused(() -> LocalDirectory.open(disk.root().resolve("below")));
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
        try (SmallDisk disk = SmallDisk.mount(Files.createDirectory(root), "size=1m")) {
            LocalDirectory directory = LocalDirectory.open(disk.root());
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
    void theUsableBytesAreThoseOfTheFileSystem() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(Files.createDirectory(root), "size=1m")) {
            LocalDirectory directory = LocalDirectory.open(disk.root());
            long before = directory.usableBytes();
            assertThat(before).isBetween(1L, 1L << 20);
            put(directory, new ObjectKey("a"), new byte[500_000]);
            assertThat(directory.usableBytes()).isLessThanOrEqualTo(before - 500_000);
        }
    }
}
