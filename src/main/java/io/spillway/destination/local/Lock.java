package io.spillway.destination.local;

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
 * The right to export one dataset into one {@link LocalDirectory}: a lock on the file {@code .spillway.lock} in the
 * dataset's folder, which says who holds it. The operating system frees it when the process ends, however it ends.
 *
 * <p>Between hosts that is not enough: some file systems keep locks to one host, and a server may free the lock of a
 * client that it has not heard from for a while, which then goes on. So the holder also counts in the file, and nobody
 * takes over from another host's holder, who has not said that he is done, while the number moves. Whoever was taken over
 * from learns it from {@link #requireHeld}.
 *
 * <p>The file stays after {@link #close()}: were it removed, one process could lock the removed file and another a new
 * one. What a file says that is not locked, and in which nobody counts, is history.
 *
 * <p>Any thread may close it, once or more often.
 */
public final class Lock implements AutoCloseable {
    /** The lock's file in the dataset's folder. */
    static final String FILE = ".spillway.lock";

    private static final Logger LOG = LoggerFactory.getLogger(Lock.class);

    /**
     * The locks of this process and their holders, by the path of the file and by its inode: two mounts of one folder are
     * two paths. Static on purpose: POSIX frees every lock that a process has on a file as soon as the process closes any
     * descriptor of it. So a second taker in this JVM is turned away before it opens the file, whichever LocalDirectory
     * it comes from.
     */
    private static final ConcurrentMap<Object, String> HELD_HERE = new ConcurrentHashMap<>();

    /** Files that other code of this process has locked. Closing one would free that lock; there are hardly any. */
    private static final Queue<FileChannel> LEFT_OPEN = new ConcurrentLinkedQueue<>();

    /** A pause of a holder that is longer than this many beats is taken for his end. */
    private static final int MISSED_BEATS = 4;

    /** Always as many digits, so that a count that comes late spoils nothing of what a new holder has written. */
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
     * Who takes a lock.
     *
     * @param host how the machine is called; two that share a name count as one
     * @param beat how often its holder counts
     */
    record Owner(String host, Duration beat) {
        /** Few writes, and nobody waits long for a host that is gone. */
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
        var unused = thread.scheduleWithFixedDelay(this::count, beat.toNanos(), beat.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Takes the lock, or fails as already running: at once, or, where the last holder is of another host and has not said
     * that he was done, after watching him for four beats at most.
     *
     * @param file the lock's file, as a real path; its folder exists
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
            requireNobodyElse(channel, what, file, owner);
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

    /** The permissions of a new lock file, which names host and process; none on a file system without permissions. */
    private static FileAttribute<?>[] ownersAlone(Path file) {
        return permissions(file) == null
                ? new FileAttribute<?>[0]
                : new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER)};
    }

    /**
     * Keeps others from reading a lock file that an earlier version left. By its path: to open and close the file would
     * free every lock that this process holds on it.
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
            LOG.debug("the permissions of a lock stay as they are file={} reason={}", file, e.toString());
        }
    }

    private static @Nullable PosixFileAttributeView permissions(Path file) {
        return Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Reserves the file for one taker of this process, and creates it if it is missing. Only one thread at a time does
     * so: the creation of a file opens and closes it, and that would free a lock which another thread takes meanwhile.
     *
     * @return what identifies the file, whatever its path
     */
    private static Object claim(Path file, String what, String self) throws IOException, SpillwayException {
        synchronized (HELD_HERE) {
            String here = HELD_HERE.get(file);
            if (here == null) {
                try {
                    Files.createFile(file, ownersAlone(file));
                } catch (FileAlreadyExistsException e) {
                    LOG.debug("the lock file exists already file={}", file);
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

    /** Waits while the holder of another host may be there still. On this host the system's lock has told already. */
    private static void requireNobodyElse(FileChannel channel, String what, Path file, Owner owner)
            throws IOException, SpillwayException {
        String first = read(channel);
        Matcher other = HOLDER.matcher(first);
        if (!other.matches()
                || other.group(3).equals(owner.host())
                || first.strip().endsWith(DONE)) {
            return;
        }
        LOG.info("watching whether the holder of another host is alive file={} holder=\"{}\"", file, first.strip());
        for (int i = 0; i < MISSED_BEATS; i++) {
            pause(owner.beat(), what);
            if (!read(channel).equals(first)) {
                throw alreadyRunning(what, file, other.group(2).strip());
            }
        }
        LOG.warn("taken over from a holder that does not count any more file={} holder=\"{}\"", file, first.strip());
    }

    private static void pause(Duration beat, String what) throws SpillwayException {
        try {
            TimeUnit.NANOSECONDS.sleep(beat.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SpillwayException(
                    Fault.CANCELLED, "cancelled while waiting for the lock of \"%s\"".formatted(what), null, e);
        }
    }

    private void count() {
        try {
            if (takenOverBy() == null) {
                write(channel, COUNT.formatted(++beats), 0);
            }
        } catch (IOException e) {
            LOG.warn("the holder of a lock could not count file={} reason={}", file, e.toString());
        }
    }

    /**
     * Fails as already running, naming the new holder, if this lock was taken over: a network file system had not heard
     * from this host, or this process had been stopped, for so long that both counted as dead. To be asked before
     * anything that only the holder may do. Does nothing once the lock is closed.
     */
    public void requireHeld() throws SpillwayException {
        String other;
        try {
            other = onItsThread(this::takenOverBy);
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "nobody can tell whether the lock of \"%s\" is still held: %s could not be read: %s"
                            .formatted(what, file, e.getMessage()),
                    "try again",
                    e);
        }
        if (other != null) {
            throw new SpillwayException(
                    Fault.ALREADY_RUNNING,
                    "the lock of \"%s\" was taken over meanwhile: %s holds %s".formatted(what, other, file),
                    "this process did not answer for a while and counted as dead; let the other one do its work");
        }
    }

    /**
     * Whatever is done to the open file is done by a thread that nobody interrupts: an interrupt closes the file in the
     * middle of it, and that frees the lock. The caller's interrupt is kept for him.
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

    /** Who holds it in our place, or null while we do. Never opens the file: closing it again would free the lock. */
    private @Nullable String takenOverBy() throws IOException {
        if (!inode(file).equals(inode)) {
            return "nobody knows who (another file is there)";
        }
        Matcher holder = HOLDER.matcher(read(channel));
        if (!holder.matches()) {
            return "nobody knows who";
        }
        return holder.group(2).strip().equals(self) ? null : holder.group(2).strip();
    }

    /** Frees the lock; the second call does nothing. */
    @Override
    public void close() {
        try {
            onItsThread(() -> {
                thread.shutdown();
                free();
                return null;
            });
        } catch (IOException e) {
            throw new IllegalStateException("freeing a lock fails in no way that it does not catch", e);
        }
    }

    private void free() {
        try {
            if (takenOverBy() == null) {
                write(channel, self + DONE + "\n", COUNT.formatted(0).length());
            }
        } catch (IOException e) {
            // Who comes from another host waits a moment before he believes it.
            LOG.warn("a lock does not say that its holder is done file={} reason={}", file, e.toString());
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
            // Nothing was to be saved; in the worst case the lock is held until the process ends.
            LOG.warn("a lock was not freed file={} reason={}", file, e.toString());
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

    /** What tells this file from another one of its name; its path where the file system knows no such thing. */
    private static Object inode(Path file) throws IOException {
        return FileTree.attributes(file)
                .map(BasicFileAttributes::fileKey)
                .map(Object.class::cast)
                .orElse(file);
    }

    /** What the holder wrote. It may not have come to it yet, or be on a system where a locked file can't be read. */
    private static String holder(Path file) {
        try {
            String holder = Files.readString(file).strip();
            Matcher known = HOLDER.matcher(holder);
            return holder.isEmpty() ? "another process" : known.matches() ? known.group(2) : holder;
        } catch (IOException e) {
            return "another process (" + file + " can't be read)";
        }
    }

    private static SpillwayException alreadyRunning(String what, Path file, String holder) {
        return new SpillwayException(
                Fault.ALREADY_RUNNING,
                "another export of \"%s\" is running: %s holds %s".formatted(what, holder, file),
                "wait until it is done, or end that process; the lock goes with it, the file may stay");
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }
}
