package io.spillway.destination.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Locks of datasets and of the site, in this process and between processes. */
@Timeout(120)
class DirectoryLockTest extends DirectoryFixture {
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
}
