package io.spillway.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
    @TempDir
    private Path folder;

    @Test
    void onlyItsOwnerCanReadANewPrivateFolder() throws Exception {
        Path made = Folders.createPrivate(folder.resolve("a/b"));
        assertThat(rights(made)).isEqualTo("rwx------");
        assertThat(rights(folder.resolve("a"))).isEqualTo("rwx------");
    }

    @Test
    void anExistingFolderKeepsItsPermissions() throws Exception {
        Path there = Files.createDirectory(folder.resolve("there"));
        Files.setPosixFilePermissions(there, PosixFilePermissions.fromString("rwxr-x---"));
        Folders.createPrivate(there);
        assertThat(rights(there)).isEqualTo("rwxr-x---");
    }

    @Test
    void aFileWritableByOthersIsDetected() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        for (String rights : new String[] {"rwx------", "rwxr-xr-x"}) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
            assertThat(Folders.isWritableByOthers(file)).as(rights).isFalse();
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xrwx"));
        assertThat(Folders.isWritableByOthers(file)).isTrue();
    }

    private static String rights(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
