package io.spillway.run;

import io.spillway.files.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Private folders for attempts at slices below {@code java.io.tmpdir}. A process has one folder there, with a file that it locks until
 * it ends. The next process of the same machine and user removes the folders of processes that have ended, also of those that were
 * killed. Thread-safe.
 */
final class AttemptFolders {
    private static final Logger LOG = LoggerFactory.getLogger(AttemptFolders.class);
    private static final String PREFIX = "spillway-slices-";
    private static final String LOCK = "lock";

    /**
     * The system property with the folder of this process. Two class loaders of one process share it: if one of them opened and
     * closed the lock file of the other, the operating system would release the lock.
     */
    private static final String OWN = "io.spillway.slices";

    private final Path folder;
    /** Kept by the shutdown hook; the operating system releases the lock when the process ends. */
    private final FileChannel lock;

    private AttemptFolders(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /** Creates a folder; the caller removes it. */
    static Path create() throws IOException {
        try {
            Object own = System.getProperties().compute(OWN, (key, known) -> isFolder(known) ? known : openOwn());
            return Files.createTempDirectory(Path.of(String.valueOf(own)), "attempt-");
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static boolean isFolder(@Nullable Object known) {
        return known != null && Files.isDirectory(Path.of(known.toString()));
    }

    private static String openOwn() {
        try {
            AttemptFolders own = open(Path.of(System.getProperty("java.io.tmpdir")));
            own.removeAtTheEnd();
            return own.folder.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void removeAtTheEnd() {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(this::removeIfUnused));
        } catch (IllegalStateException ending) {
            LOG.debug("the process is ending; the next one removes the folder folder={}", folder);
        }
    }

    /** Removes what dead processes have left in a folder, and opens a folder for this process in it. */
    static AttemptFolders open(Path parent) throws IOException {
        removeDead(parent);
        while (true) {
            Path folder = Files.createTempDirectory(parent, PREFIX);
            Path file = folder.resolve(LOCK);
            FileChannel lock = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            if (lock(lock) && Files.exists(file)) {
                return new AttemptFolders(folder, lock);
            }
            // Another process has found it before it was locked, and removes it.
            lock.close();
        }
    }

    private static boolean lock(FileChannel file) {
        try {
            return file.tryLock() != null;
        } catch (IOException e) {
            LOG.debug("the file system of java.io.tmpdir has no locks: no process removes folders of others", e);
            return true;
        }
    }

    private static void removeDead(Path parent) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path folder : folders) {
                try (FileChannel file =
                        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                    if (!Files.isSymbolicLink(folder) && file.tryLock() != null) {
                        Folders.remove(folder);
                        LOG.info("removed the folder of a process that has ended folder={}", folder);
                    }
                } catch (IOException | OverlappingFileLockException e) {
                    LOG.debug("the folder belongs to another user or process folder={}", folder, e);
                }
            }
        }
    }

    /** The folder of this process. */
    Path folder() {
        return folder;
    }

    /** Removes the folder, unless an attempt is still writing below it. */
    private void removeIfUnused() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (!file.endsWith(LOCK)) {
                    return;
                }
            }
            Folders.remove(folder);
            lock.close();
        } catch (IOException e) {
            LOG.debug("the next process removes the folder folder={}", folder, e);
        }
    }
}
