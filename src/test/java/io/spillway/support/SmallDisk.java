package io.spillway.support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;

/** A separate file system in memory, for tests that need a full or a read-only one. They are skipped without root. */
public final class SmallDisk implements AutoCloseable {
    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /** Mounts a file system over an empty folder, with options such as {@code size=1m}. */
    public static SmallDisk mount(Path folder, String options) throws InterruptedException {
        boolean mounted = succeeds("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder.toString());
        assumeTrue(mounted, "no file system could be mounted: that takes root on Linux");
        return new SmallDisk(folder);
    }

    /** Makes it read-only, like a mounted medium or another user's folder. */
    public void makeReadOnly() throws InterruptedException {
        assumeTrue(
                succeeds("mount", "-o", "remount,ro", folder.toString()), "the file system could not become read-only");
    }

    /** Its root. */
    public Path root() {
        return folder;
    }

    @Override
    public void close() throws InterruptedException {
        if (!succeeds("umount", folder.toString())) {
            throw new IllegalStateException("still in use: " + folder);
        }
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
