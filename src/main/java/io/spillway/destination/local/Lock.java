package io.spillway.destination.local;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to export one dataset into one {@link LocalDirectory}: a lock on the file {@code .spillway.lock} in the
 * dataset's folder, which says who holds it. The operating system frees it when the process ends, however it ends.
 *
 * <p>The file stays after {@link #close()}: were it removed, one process could lock the removed file and another a new
 * one. What an unlocked file says is history.
 *
 * <p>On NFS the lock holds between hosts only where the mount supports locks (NFS 4, or NFS 3 with lockd and without
 * the option {@code nolock}); elsewhere it holds between the processes of one host.
 *
 * <p>Any thread may close it, once or more often.
 */
public final class Lock implements AutoCloseable {
    /** The lock's file in the dataset's folder. */
    static final String FILE = ".spillway.lock";

    private static final Logger LOG = LoggerFactory.getLogger(Lock.class);

    /**
     * The locks of this process and who holds them. The one mutable static, and on purpose: POSIX frees every lock a
     * process has on a file as soon as the process closes any descriptor of it, so a second taker in this JVM has to be
     * turned away before it opens the file, whichever LocalDirectory it comes from.
     */
    private static final ConcurrentMap<Path, String> HELD_HERE = new ConcurrentHashMap<>();

    private final Path file;
    private final FileChannel channel;

    private Lock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock, or fails as already running, at once.
     *
     * @param file the lock's file, as a real path; its folder exists
     */
    static Lock take(Path file, String dataset) throws IOException, SpillwayException {
        String self = "host=%s pid=%d since=%s"
                .formatted(host(), ProcessHandle.current().pid(), Instant.now().truncatedTo(ChronoUnit.SECONDS));
        String here = HELD_HERE.putIfAbsent(file, self);
        if (here != null) {
            throw alreadyRunning(dataset, file, here);
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw alreadyRunning(dataset, file, holder(file));
            }
            write(channel, self + "\n");
            return new Lock(file, channel);
        } catch (IOException | SpillwayException | RuntimeException e) {
            close(file, channel);
            HELD_HERE.remove(file);
            throw e;
        }
    }

    /** Frees the lock; the second call does nothing. */
    @Override
    public void close() {
        if (channel.isOpen()) {
            close(file, channel);
            HELD_HERE.remove(file);
        }
    }

    private static void close(Path file, @Nullable FileChannel channel) {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing was to be saved; in the worst case the lock is held until the process ends.
            LOG.warn("a lock was not freed file={} reason={}", file, e.toString());
        }
    }

    private static void write(FileChannel channel, String text) throws IOException {
        channel.truncate(0);
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** What the holder wrote. It may not have come to it yet, or be on a system where a locked file can't be read. */
    private static String holder(Path file) {
        try {
            String holder = Files.readString(file).strip();
            return holder.isEmpty() ? "another process" : holder;
        } catch (IOException e) {
            return "another process (" + file + " can't be read)";
        }
    }

    private static SpillwayException alreadyRunning(String dataset, Path file, String holder) {
        return new SpillwayException(
                Fault.ALREADY_RUNNING,
                "another export of \"%s\" is running: %s holds %s".formatted(dataset, holder, file),
                "wait until it is done, or end that process; the lock goes with it, the file may stay");
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }
}
