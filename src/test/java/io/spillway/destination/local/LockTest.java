package io.spillway.destination.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A lock between hosts: what the lock file says about another holder, on a file system without working locks. */
@Timeout(60)
class LockTest {
    private static final Lock.Owner HERE = new Lock.Owner("here", Duration.ofMillis(20));

    /** No heartbeat of this lock is awaited, or the test would end by its time limit. */
    private static final Lock.Owner PATIENT = new Lock.Owner("here", Duration.ofHours(1));

    private static final String OTHER = "host=there pid=17 since=2026-11-21T03:00:00Z id=other";

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() throws Exception {
        file = folder.toRealPath().resolve(Lock.FILE);
    }

    private static String text(int beat, String holder) {
        return "beat=%012d %s\n".formatted(beat, holder);
    }

    private static void assertAlreadyRunning(ThrowingCallable action, String... words) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        SpillwayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.ALREADY_RUNNING))
                .hasMessageContainingAll(words);
    }

    @Test
    void aLiveHolderOnAnotherHostIsNamedAndKeepsTheLock() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        Files.writeString(file, text(0, OTHER));
        Thread counting = new Thread(() -> {
            try (RandomAccessFile there = new RandomAccessFile(file.toFile(), "rw")) {
                for (int beat = 1; !done.get(); beat++) {
                    there.seek(0);
                    there.write("beat=%012d".formatted(beat).getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        counting.start();
        try {
            // Each change of the file ends the wait; the thread may be delayed on a loaded machine.
            Lock.Owner calm = new Lock.Owner("here", Duration.ofMillis(300));
            assertAlreadyRunning(() -> Lock.take(file, "journals", calm), "journals", "host=there pid=17");
        } finally {
            done.set(true);
            counting.join();
        }
        assertThat(file).content().contains(OTHER);
    }

    @Test
    void aStaleHolderOnAnotherHostLosesTheLock() throws Exception {
        Files.writeString(file, text(41, OTHER));
        try (Lock lock = Lock.take(file, "journals", HERE)) {
            lock.requireHeld();
            assertThat(file).content().contains("host=here").doesNotContain("there");
        }
    }

    @Test
    void aHolderOnAnotherHostThatReleasedTheLockIsNotWatched() throws Exception {
        Files.writeString(file, text(41, OTHER + " done"));
        Lock.take(file, "journals", PATIENT).close();
    }

    @Test
    void aHolderOnThisHostIsNotWatchedBecauseTheSystemKnowsThatItIsGone() throws Exception {
        Files.writeString(file, text(41, OTHER.replace("there", "here")));
        Lock.take(file, "journals", PATIENT).close();
    }

    @Test
    void aWaitForAnotherHostCanBeInterrupted() throws Exception {
        Files.writeString(file, text(41, OTHER));
        AtomicReference<SpillwayException> failure = new AtomicReference<>();
        Thread waiting = new Thread(() -> {
            try {
                Lock.take(file, "journals", PATIENT);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (SpillwayException e) {
                failure.set(e);
            }
        });
        waiting.start();
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        waiting.interrupt();
        waiting.join();
        assertThat(failure.get().fault()).isEqualTo(Fault.CANCELLED);
        assertThat(file).content().isEqualTo(text(41, OTHER));
        Lock.take(file, "journals", HERE).close();
    }

    @Test
    void aHolderSendsHeartbeats() throws Exception {
        try (Lock lock = Lock.take(file, "journals", HERE)) {
            // Another process looks, because closing the file in this one would release the lock.
            long first = beat();
            while (beat() == first) {
                Thread.onSpinWait();
            }
            lock.requireHeld();
        }
    }

    private long beat() throws Exception {
        Process cat = new ProcessBuilder("cat", file.toString()).start();
        Matcher beat = Pattern.compile("beat=(\\d+) .*\n")
                .matcher(new String(cat.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertThat(beat.matches()).isTrue();
        return Long.parseLong(beat.group(1));
    }

    @Test
    void aLostLockIsNotHeldAndTheNewHolderIsNamed() throws Exception {
        try (Lock lock = Lock.take(file, "journals", PATIENT)) {
            Files.writeString(file, text(3, OTHER));
            assertAlreadyRunning(lock::requireHeld, "journals", "lost the lock", "host=there pid=17");
        }
        assertThat(file).content().isEqualTo(text(3, OTHER));
    }

    @Test
    void aLockWhoseFileWasReplacedIsNotHeld() throws Exception {
        try (Lock lock = Lock.take(file, "journals", PATIENT)) {
            Path other = Files.copy(file, folder.resolve("other"));
            Files.delete(file);
            Files.move(other, file);
            assertAlreadyRunning(lock::requireHeld, "the lock file was replaced");
        }
    }

    @Test
    void anInterruptReleasesNoLock() throws Exception {
        try (Lock lock = Lock.take(file, "journals", PATIENT)) {
            Thread.currentThread().interrupt();
            lock.requireHeld();
            assertThat(Thread.interrupted()).isTrue();
            assertAnotherProcessIsRefused();
        }
    }

    private void assertAnotherProcessIsRefused() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockHolder.class.getName(),
                        file.getParent().getParent().toString(),
                        file.getParent().getFileName().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var out = other.inputReader()) {
            assertThat(out.readLine()).isEqualTo("ALREADY_RUNNING");
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    /** A hard link is what a second mount of the folder is: another path of the same inode. */
    @Test
    void aSecondPathOfTheSameFileIsRefusedAndTheLockIsKept() throws Exception {
        try (Lock lock = Lock.take(file, "journals", PATIENT)) {
            Path alias = Files.createDirectory(folder.resolve("alias")).resolve(Lock.FILE);
            Files.createLink(alias, file);
            assertAlreadyRunning(() -> Lock.take(alias, "journals", PATIENT), "journals", "host=here");
            lock.requireHeld();
            assertAnotherProcessIsRefused();
        }
        Lock.take(file, "journals", PATIENT).close();
    }

    @Test
    void aSecondMountOfTheSameFolderIsRefusedAndTheLockIsKept() throws Exception {
        Path alias = Files.createDirectory(folder.resolve("mount"));
        Path dumps = Files.createDirectories(folder.resolve("dumps"));
        assumeTrue(
                new ProcessBuilder("mount", "--bind", dumps.toString(), alias.toString())
                                .start()
                                .waitFor()
                        == 0,
                "no folder could be mounted twice: that takes root on Linux");
        try (LocalDirectory first = LocalDirectory.open(dumps);
                LocalDirectory second = LocalDirectory.open(alias);
                Lock lock = first.lock("journals")) {
            assertAlreadyRunning(() -> second.lock("journals"), "journals");
            lock.requireHeld();
            file = dumps.toRealPath().resolve("journals").resolve(Lock.FILE);
            assertAnotherProcessIsRefused();
        } finally {
            assertThat(new ProcessBuilder("umount", alias.toString()).start().waitFor())
                    .isZero();
        }
    }

    @Test
    void aLockHeldByOtherCodeInThisProcessIsNotReleased() throws Exception {
        try (FileChannel foreign = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = foreign.lock()) {
            assertAlreadyRunning(() -> Lock.take(file, "journals", PATIENT), "other code of this process");
            assertThat(held.isValid()).isTrue();
            assertAnotherProcessIsRefused();
        }
    }
}
