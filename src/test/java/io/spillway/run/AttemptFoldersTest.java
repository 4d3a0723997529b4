package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Folders of attempts in a folder that several processes share. */
@Timeout(60)
class AttemptFoldersTest {
    private static final String READY = "ready";

    @TempDir
    private Path parent;

    @Test
    void theFolderOfAProcessThatEndedIsRemovedAndThatOfALivingProcessIsKept() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherProcess.class.getName(),
                        parent.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var output = other.inputReader()) {
            Path living = Path.of(output.readLine());
            assertThat(output.readLine()).isEqualTo(READY);

            Path own = AttemptFolders.open(parent).folder();
            assertThat(living.resolve("part")).exists();
            other.destroyForcibly();
            assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
            Path next = AttemptFolders.open(parent).folder();

            assertThat(living).doesNotExist();
            assertThat(own).isDirectory();
            assertThat(next).isDirectory().isNotEqualTo(own);
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void aFolderWithoutALockedFileOfSpillwayIsKept() throws Exception {
        Path foreign = Files.createDirectory(parent.resolve("spillway-slices-foreign"));
        Path link = Files.createSymbolicLink(parent.resolve("spillway-slices-link"), foreign);

        AttemptFolders.open(parent);

        assertThat(foreign).isDirectory();
        assertThat(link).isSymbolicLink();
    }

    /** Opens a folder with a part, and waits until it is killed. */
    static final class OtherProcess {
        public static void main(String[] args) throws Exception {
            Path folder = AttemptFolders.open(Path.of(args[0])).folder();
            Files.createFile(folder.resolve("part"));
            System.out.println(folder);
            System.out.println(READY);
            Thread.sleep(Long.MAX_VALUE);
        }
    }
}
