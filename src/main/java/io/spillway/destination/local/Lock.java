package io.spillway.destination.local;

import io.spillway.destination.SiteLock;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock for exporting one dataset to one {@link LocalDirectory}: a lock on the file {@code .spillway.lock} in the
 * dataset's folder, which contains its holder. The operating system releases it when the process ends, however it ends.
 *
 * <p>That is not enough between hosts: some file systems keep locks local to a host, and a server may release the lock
 * of a client that it has not heard from for a while and that then continues. So the holder also increments a counter
 * in the file, its heartbeat. A process on another host takes over only if the holder has not released the lock and the
 * counter has stopped. {@link #requireHeld} reports a lost lock to its former holder.
 *
 * <p>The file stays after {@link #close()}: if it were removed, one process could lock the removed file and another a
 * new one. The content of a file that is neither locked nor counting is history.
 *
 * <p>Any thread may close it, repeatedly.
 */
public final class Lock implements SiteLock.Held {
    /** The lock file in the dataset's folder. */
    static final String FILE = ".spillway.lock";

    private static final Logger LOG = LoggerFactory.getLogger(Lock.class);

    /**
     * The locks of this process and their holders, by the file's path and by its inode, because two mounts of one
     * folder have two paths. Static on purpose: POSIX releases all locks of a process on a file when the process closes
     * any descriptor of it. So a second taker in this JVM is rejected before it opens the file, whichever
     * LocalDirectory it uses.
     */
    private static final ConcurrentMap<Object, String> HELD_HERE = new ConcurrentHashMap<>();

    /** Files locked by other code of this process. Closing one would release that lock; there are hardly any. */
    private static final Queue<FileChannel> LEFT_OPEN = new ConcurrentLinkedQueue<>();

    /** A holder that misses this many heartbeats is presumed dead. */
    private static final int MISSED_BEATS = 4;

    /** Fixed width, so that a late heartbeat of an old holder does not corrupt what a new holder has written. */
    private static final String COUNT = "beat=%012d ";

    private static final Pattern HOLDER = Pattern.compile("beat=(\\d{12}) (host=(\\S+) .*)", Pattern.DOTALL);

    private static final String DONE = " done";

    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");

    private final Path file;
    private final String what;
    private final FileChannel channel;
    private final String self;
    private final Object inode;
    private final ScheduledExecutorService thread;
    private long beats;

    /**
     * A process that takes a lock.
     *
     * @param host the machine's name; two machines with the same name count as one
     * @param beat interval of its heartbeats
     */
    record Owner(String host, Duration beat) {
        /** Few writes, and a short wait for a host that is gone. */
        static final Owner THIS_PROCESS = new Owner(hostName(), Duration.ofSeconds(5));
    }

    private Lock(Path file, String what, FileChannel channel, String self, Duration beat) throws IOException {
        this.file = file;
        this.what = what;
        this.channel = channel;
        this.self = self;
        this.inode = inode(file);
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread counting = new Thread(task, "lock-" + what);
            counting.setDaemon(true);
            return counting;
        });
        var unused = thread.scheduleWithFixedDelay(this::beat, beat.toNanos(), beat.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Takes the lock, or fails with {@code ALREADY_RUNNING}: immediately, or, if the last holder is on another host and
     * has not released it, after watching it for at most four heartbeats.
     *
     * @param file the lock file, as a real path; its folder exists
     * @param what the dataset, for messages
     */
    static Lock take(Path file, String what, Owner owner) throws IOException, SpillwayException {
        String self = "host=%s pid=%d since=%s id=%s"
                .formatted(
                        owner.host(),
                        ProcessHandle.current().pid(),
                        Instant.now().truncatedTo(ChronoUnit.SECONDS),
                        UUID.randomUUID());
        Object inode = claim(file, what, self);
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw alreadyRunning(what, file, holder(file));
            }
            requireNoOtherHolder(channel, what, file, owner);
            keepToOwner(file);
            channel.truncate(0);
            write(channel, COUNT.formatted(0) + self + "\n", 0);
            return new Lock(file, what, channel, self, owner.beat());
        } catch (OverlappingFileLockException e) {
            LEFT_OPEN.add(Objects.requireNonNull(channel));
            release(file, inode, self);
            throw alreadyRunning(what, file, "other code of this process");
        } catch (IOException | SpillwayException | RuntimeException e) {
            close(file, channel);
            release(file, inode, self);
            throw e;
        }
    }

    /**
     * The permissions of a new lock file, which contains host and process; none on a file system without permissions.
     */
    private static FileAttribute<?>[] ownersAlone(Path file) {
        return permissions(file) == null
                ? new FileAttribute<?>[0]
                : new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER)};
    }

    /**
     * Restricts a lock file left by an older version to its owner. By its path, because opening and closing the file
     * would release all locks that this process holds on it.
     */
    private static void keepToOwner(Path file) {
        PosixFileAttributeView view = permissions(file);
        try {
            if (view != null
                    && view.readAttributes().isRegularFile()
                    && !view.readAttributes().permissions().equals(OWNER)) {
                Files.setPosixFilePermissions(file, OWNER);
            }
        } catch (IOException e) {
            LOG.debug("cannot restrict the permissions of a lock file={} reason={}", file, e.toString());
        }
    }

    private static @Nullable PosixFileAttributeView permissions(Path file) {
        return Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Reserves the file for one taker of this process, and creates it if it is missing. Synchronized, because creating
     * the file opens and closes it, which would release a lock that another thread takes meanwhile.
     *
     * @return an identifier of the file, independent of its path
     */
    private static Object claim(Path file, String what, String self) throws IOException, SpillwayException {
        synchronized (HELD_HERE) {
            String here = HELD_HERE.get(file);
            if (here == null) {
                try {
                    Files.createFile(file, ownersAlone(file));
                } catch (FileAlreadyExistsException e) {
                    LOG.debug("the lock file already exists file={}", file);
                }
                here = HELD_HERE.get(inode(file));
            }
            if (here != null) {
                throw alreadyRunning(what, file, here);
            }
            Object inode = inode(file);
            HELD_HERE.put(file, self);
            HELD_HERE.put(inode, self);
            return inode;
        }
    }

    private static void release(Path file, Object inode, String self) {
        HELD_HERE.remove(file, self);
        HELD_HERE.remove(inode, self);
    }

    /**
     * Waits while a holder on another host may still be active. On this host, the system's lock has already decided.
     */
    private static void requireNoOtherHolder(FileChannel channel, String what, Path file, Owner owner)
            throws IOException, SpillwayException {
        String first = read(channel);
        Matcher other = HOLDER.matcher(first);
        if (!other.matches()
                || other.group(3).equals(owner.host())
                || first.strip().endsWith(DONE)) {
            return;
        }
        LOG.info(
                "watching the heartbeat of a lock's holder on another host file={} holder=\"{}\"", file, first.strip());
        for (int i = 0; i < MISSED_BEATS; i++) {
            pause(owner.beat(), what);
            if (!read(channel).equals(first)) {
                throw alreadyRunning(what, file, other.group(2).strip());
            }
        }
        LOG.warn("lock taken over from a holder without a heartbeat file={} holder=\"{}\"", file, first.strip());
    }

    private static void pause(Duration beat, String what) throws SpillwayException {
        try {
            TimeUnit.NANOSECONDS.sleep(beat.toNanos());
        } catch (InterruptedException e) {
            throw SpillwayException.cancelled("while waiting for the lock on \"%s\"".formatted(what), e);
        }
    }

    private void beat() {
        try {
            if (takenOverBy() == null) {
                write(channel, COUNT.formatted(++beats), 0);
            }
        } catch (IOException e) {
            LOG.warn("cannot write the heartbeat of a lock file={} reason={}", file, e.toString());
        }
    }

    /** This process as the lock's holder, for people. */
    public String holder() {
        return self;
    }

    /**
     * Fails with {@code ALREADY_RUNNING}, naming the new holder, if another process has taken the lock because this
     * host or process did not respond for too long. Call it before every action that requires the lock. Does nothing
     * after the lock is closed.
     */
    public void requireHeld() throws SpillwayException {
        String other;
        try {
            other = onItsThread(this::takenOverBy);
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot determine whether the lock on \"%s\" is still held: cannot read %s: %s"
                            .formatted(what, file, e.getMessage()),
                    "try again",
                    e);
        }
        if (other != null) {
            throw new SpillwayException(
                    Fault.ALREADY_RUNNING,
                    "lost the lock on \"%s\": now held by %s (%s)".formatted(what, other, file),
                    "this process missed its heartbeats and was presumed dead; let the new holder finish");
        }
    }

    /**
     * Accesses the open file only on a thread that is never interrupted: an interrupt would close the file, which
     * releases the lock. The caller's interrupt flag is preserved.
     */
    private <T> @Nullable T onItsThread(Callable<@Nullable T> task) throws IOException {
        Future<@Nullable T> answer;
        try {
            answer = thread.submit(task);
        } catch (RejectedExecutionException closed) {
            return null;
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return answer.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * The new holder, or null if this process still holds the lock. Never opens the file, because closing it again
     * would release the lock.
     */
    private @Nullable String takenOverBy() throws IOException {
        if (!inode(file).equals(inode)) {
            return "an unknown process (the lock file was replaced)";
        }
        Matcher holder = HOLDER.matcher(read(channel));
        if (!holder.matches()) {
            return "an unknown process";
        }
        return holder.group(2).strip().equals(self) ? null : holder.group(2).strip();
    }

    /** Releases the lock; closing it again does nothing. */
    @Override
    public void close() {
        try {
            onItsThread(() -> {
                thread.shutdown();
                release();
                return null;
            });
        } catch (IOException e) {
            throw new IllegalStateException("unexpected error while releasing a lock", e);
        }
    }

    private void release() {
        try {
            if (takenOverBy() == null) {
                write(channel, self + DONE + "\n", COUNT.formatted(0).length());
            }
        } catch (IOException e) {
            // A taker from another host then waits for the missed heartbeats.
            LOG.warn("cannot mark a lock as released file={} reason={}", file, e.toString());
        }
        close(file, channel);
        release(file, inode, self);
    }

    private static void close(Path file, @Nullable FileChannel channel) {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            // There was nothing to save; at worst the lock is held until the process ends.
            LOG.warn("cannot release a lock file={} reason={}", file, e.toString());
        }
    }

    private static void write(FileChannel channel, String text, long position) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 << 10);
        for (int read = 0; read >= 0 && bytes.hasRemaining(); ) {
            read = channel.read(bytes, bytes.position());
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }

    /** Distinguishes this file from another one with the same name; the path if the file system has no such key. */
    private static Object inode(Path file) throws IOException {
        return FileTree.attributes(file)
                .map(BasicFileAttributes::fileKey)
                .map(Object.class::cast)
                .orElse(file);
    }

    /**
     * The holder according to the file, which may not be written yet or, on some systems, is unreadable while locked.
     */
    private static String holder(Path file) {
        try {
            String holder = Files.readString(file).strip();
            Matcher known = HOLDER.matcher(holder);
            return holder.isEmpty() ? "another process" : known.matches() ? known.group(2) : holder;
        } catch (IOException e) {
            return "another process (" + file + " cannot be read)";
        }
    }

    private static SpillwayException alreadyRunning(String what, Path file, String holder) {
        return new SpillwayException(
                Fault.ALREADY_RUNNING,
                "another export of \"%s\" is running: %s holds %s".formatted(what, holder, file),
                "wait until it has finished, or end that process, which releases the lock; the file may stay");
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }
}
