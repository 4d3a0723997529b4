package io.spillway.destination.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lock file is in a folder that web servers serve, and names a host and a process. */
class LockPermissionsTest {
    @TempDir
    private Path folder;

    private Path lockFile() throws Exception {
        return folder.toRealPath().resolve(Lock.FILE);
    }

    private String permissions() throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(lockFile()));
    }

    @Test
    void onlyItsOwnerCanReadALock() throws Exception {
        try (Lock lock = Lock.take(lockFile(), "journals", Lock.Owner.THIS_PROCESS)) {
            assertThat(permissions()).isEqualTo("rw-------");
            lock.requireHeld();
        }
        assertThat(permissions()).isEqualTo("rw-------");
    }

    @Test
    void aLockOfAnEarlierVersionBecomesReadableByItsOwnerOnly() throws Exception {
        Files.writeString(lockFile(), "");
        Files.setPosixFilePermissions(lockFile(), PosixFilePermissions.fromString("rw-r--r--"));
        try (Lock lock = Lock.take(lockFile(), "journals", Lock.Owner.THIS_PROCESS)) {
            assertThat(permissions()).isEqualTo("rw-------");
            lock.requireHeld();
        }
    }
}
