package io.spillway.destination.local;

import static io.spillway.destination.DestinationContract.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk fails after a rename: the new name is visible by then. */
class UnconfirmedNameTest {
    private static final ObjectKey DUMP = new ObjectKey("journals/2026-11-21T030000Z");

    @TempDir
    private Path temporary;

    private FileTree tree;

    @BeforeEach
    void makeTree() throws Exception {
        Path root = temporary.toRealPath();
        Files.createDirectory(root.resolve("journals"));
        tree = new FileTree(root) {
            @Override
            void sync(Path path) throws IOException {
                if (path.equals(root.resolve("journals"))) {
                    throw new IOException("Input/output error");
                }
                super.sync(path);
            }
        };
    }

    private Path work() throws IOException {
        Path work = tree.createHiddenFolder(tree.path(DUMP));
        Files.write(work.resolve("manifest.json"), bytes("{}"));
        return work;
    }

    @Test
    void aVisibleDumpIsNotReportedAsAFailure() throws Exception {
        new Placing(tree).place(work(), DUMP, "manifest.json");

        assertThat(tree.path(DUMP).resolve("manifest.json")).hasContent("{}");
    }

    @Test
    void theNextFileInTheSameFolderReportsTheDiskAndThatItIsVisible() throws Exception {
        ObjectKey key = new ObjectKey("journals/status.json");
        try (LocalUpload upload = new LocalUpload(tree, key, tree.path(key))) {
            upload.body().write(bytes("{}"));
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(upload::commit)
                    .withMessageContaining("the new journals/status.json, which is already visible, is on disk")
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE));
        }
        assertThat(tree.path(key)).hasContent("{}");
    }

    @Test
    void aWorkFolderSweptBeforeItIsPlacedIsUnavailable() throws Exception {
        Path work = work();
        Files.delete(work.resolve("manifest.json"));
        Files.delete(work);

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> new Placing(tree).place(work, DUMP, "manifest.json"))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE));
        try (Stream<Path> names = Files.list(tree.root().resolve("journals"))) {
            assertThat(names).isEmpty();
        }
    }

    @Test
    void aReadThatAnInterruptEndsIsCancelledAndNotUnavailable() throws Exception {
        Path file = Files.write(temporary.resolve("file"), bytes("{}"));
        Thread.currentThread().interrupt();
        try (var channel = Files.newByteChannel(file, StandardOpenOption.READ)) {
            channel.read(java.nio.ByteBuffer.allocate(2));
            throw new AssertionError("an interrupt closes a channel");
        } catch (IOException e) {
            assertThat(IoFaults.translate(temporary, "open it", e).fault()).isEqualTo(Fault.CANCELLED);
            assertThat(new SpillwayException(Fault.DESTINATION_UNAVAILABLE, "it failed", null, new IOException(e))
                            .fault())
                    .isEqualTo(Fault.CANCELLED);
            assertThat(new SpillwayException(Fault.INTEGRITY, "no manifest", null, e).fault())
                    .isEqualTo(Fault.CANCELLED);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
