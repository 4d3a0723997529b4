package io.spillway.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class StateFolderTest {
    @TempDir
    private Path temporary;

    @Test
    void aLinkInPlaceOfTheLockIsRefusedAndItsTargetIsUnchanged() throws Exception {
        Path target = Files.writeString(temporary.resolve("precious"), "keep me");
        Path folder = Files.createDirectory(temporary.resolve("state"));
        Files.createSymbolicLink(folder.resolve("daemon.lock"), target);
        SpillwayException e = catchThrowableOfType(SpillwayException.class, () -> StateFolder.open(folder));
        assertThat(e.fault()).isEqualTo(Fault.CONFIG);
        assertThat(target).hasContent("keep me");
    }

    @Test
    void aLinkInPlaceOfTheDatabaseIsRefusedAndItsTargetIsUnchanged() throws Exception {
        Path target = Files.writeString(temporary.resolve("precious"), "keep me");
        Files.createSymbolicLink(temporary.resolve("state.mv.db"), target);
        SpillwayException e =
                catchThrowableOfType(SpillwayException.class, () -> StateDatabase.inFolder(temporary.toRealPath()));
        assertThat(e.fault()).isEqualTo(Fault.CONFIG);
        assertThat(target).hasContent("keep me");
    }

    @Test
    void onlyItsOwnerCanReadTheState() throws Exception {
        Path folder = temporary.resolve("new/state");
        try (StateFolder state = StateFolder.open(folder);
                StateDatabase database = StateDatabase.inFolder(state.path())) {
            assertThat(database.isShared()).isFalse();
            assertThat(rights(folder)).isEqualTo("rwx------");
            assertThat(rights(folder.resolve("daemon.lock"))).isEqualTo("rw-------");
            assertThat(rights(folder.resolve("state.mv.db"))).isEqualTo("rw-------");
        }
    }

    @Test
    void aStateOfAnEarlierVersionBecomesReadableByItsOwnerOnly() throws Exception {
        Path file = temporary.resolve("state.mv.db");
        StateDatabase.inFolder(temporary.toRealPath()).close();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        StateDatabase.inFolder(temporary.toRealPath()).close();
        assertThat(rights(file)).isEqualTo("rw-------");
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://db.example.org/spillway, false",
        "jdbc:postgresql://db.example.org/spillway?sslmode=require, false",
        "jdbc:postgresql://db.example.org/spillway?sslmode=verify-full-not, false",
        "jdbc:postgresql://db.example.org/spillway?a=b&sslmode=verify-full, true",
        "jdbc:postgresql://db.example.org/spillway?sslmode=verify-full&sslrootcert=ca.pem, true",
        "jdbc:postgresql://localhost:5432/spillway, true",
        "'jdbc:postgresql://localhost:5432,db.example.org/spillway', false",
        "jdbc:postgresql://[::1]:5432/spillway, true",
        "jdbc:postgresql:spillway, true",
        "jdbc:postgresql:///spillway, true"
    })
    void aDatabaseOnAnotherHostNeedsAVerifiedCertificate(String address, boolean verified) {
        assertThat(StateDatabase.isVerified(address)).isEqualTo(verified);
    }

    private static String rights(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
