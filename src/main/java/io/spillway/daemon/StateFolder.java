package io.spillway.daemon;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.files.Folders;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder of one daemon's state. Locked until it is closed or the process ends for any reason. */
final class StateFolder implements AutoCloseable {
    /**
     * Names the holder of the lock. The file is kept when the lock is released: removing it would let two processes
     * lock two files.
     */
    private static final String LOCK = "daemon.lock";

    private static final Logger LOG = LoggerFactory.getLogger(StateFolder.class);

    private final Path folder;
    private final FileChannel lock;

    private StateFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /** Locks a folder, creating it if missing; fails if another daemon has locked it. */
    static StateFolder open(Path folder) throws SpillwayException {
        try {
            Path real = Folders.createPrivate(folder).toRealPath();
            if (Folders.isWritableByOthers(real)) {
                LOG.warn(
                        "the state folder is writable by other users, who can change what this daemon does"
                                + " folder={} hint=\"chmod go-w\"",
                        real);
            }
            Path file = real.resolve(LOCK);
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            boolean locked = false;
            try {
                locked = tryLock(channel);
                if (!locked) {
                    throw new SpillwayException(
                            Fault.ALREADY_RUNNING,
                            "another daemon uses the state folder %s: %s"
                                    .formatted(real, Files.readString(file).strip()),
                            "stop that daemon, or use another state folder and other schedules for this one");
                }
                Folders.makePrivate(file);
                write(channel);
                return new StateFolder(real, channel);
            } finally {
                if (!locked) {
                    channel.close();
                }
            }
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the state folder " + folder + " cannot be used (" + e + ")",
                    "name a folder that this user can write to with --state",
                    e);
        }
    }

    /** Its real path. */
    Path path() {
        return folder;
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.warn("cannot release the lock of the state folder={} cause=\"{}\"", folder, e.toString());
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    private static void write(FileChannel channel) throws IOException {
        String self = "host=%s pid=%d since=%s%n"
                .formatted(host(), ProcessHandle.current().pid(), Instant.now().truncatedTo(ChronoUnit.SECONDS));
        channel.truncate(0);
        ByteBuffer bytes = ByteBuffer.wrap(self.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** The name of this machine, for people. */
    static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }
}
