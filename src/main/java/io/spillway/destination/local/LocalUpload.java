package io.spillway.destination.local;

import io.spillway.destination.Digests;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.Upload;
import io.spillway.fault.SpillwayException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hidden file that gets its visible name when it is complete: written, counted, synced, closed, compared, renamed,
 * and the rename synced. Not thread-safe.
 */
final class LocalUpload implements Upload {
    private static final Logger LOG = LoggerFactory.getLogger(LocalUpload.class);

    /** One system call for each 64 KiB, however small the incoming writes. */
    private static final int BUFFER_BYTES = 64 * 1024;

    private final FileTree tree;
    private final ObjectKey key;
    private final Path target;
    private final Path hidden;
    private final List<Path> createdFolders = new ArrayList<>();
    private final Body body;

    private boolean ended;
    private boolean renamed;
    private @Nullable SpillwayException failure;

    /** Creates the hidden file and its missing folders. */
    LocalUpload(FileTree tree, ObjectKey key, Path target) throws IOException {
        this.tree = tree;
        this.key = key;
        this.target = target;
        this.hidden = tree.createHiddenFile(target, createdFolders);
        try {
            // Not a channel: an interrupt closes a channel in the middle of a write, and the caller decides about
            // interrupts.
            this.body = new Body(new FileOutputStream(hidden.toFile()));
        } catch (IOException e) {
            tree.discard(hidden);
            tree.removeEmpty(createdFolders);
            throw e;
        }
    }

    /**
     * {@inheritDoc} A failed write throws an {@link IOException} whose cause is the {@link SpillwayException} to
     * report, and {@link #commit} then fails with the same.
     */
    @Override
    public OutputStream body() {
        return body;
    }

    @Override
    public StoredObject commit() throws SpillwayException {
        try {
            return commit(() -> {
                requireNoLink();
                Files.move(hidden, target, StandardCopyOption.ATOMIC_MOVE);
            });
        } catch (FileAlreadyExistsException e) {
            throw IoFaults.translate(tree.root(), "store " + key, e);
        }
    }

    /**
     * The same for a name that must not exist yet: of several concurrent commits, one succeeds.
     *
     * @throws FileAlreadyExistsException if something exists there; it stays
     */
    StoredObject commitAbsent() throws SpillwayException, FileAlreadyExistsException {
        return commit(() -> {
            try {
                Files.createLink(target, hidden); // fails if the name exists, where a rename would replace it
            } catch (FileAlreadyExistsException e) {
                throw e;
            } catch (UnsupportedOperationException | FileSystemException e) {
                Files.move(hidden, target); // no hard links on this file system: checks, then renames
                return;
            }
            tree.discard(hidden);
        });
    }

    /** This class never creates a link for a file, so a link is foreign. A rename would replace it. */
    private void requireNoLink() throws IOException {
        if (FileTree.attributes(target).map(BasicFileAttributes::isSymbolicLink).orElse(false)) {
            throw new FileAlreadyExistsException(target.toString());
        }
    }

    /** Makes the hidden file visible. */
    private interface Publication {
        void run() throws IOException;
    }

    private StoredObject commit(Publication publication) throws SpillwayException, FileAlreadyExistsException {
        if (ended) {
            throw new IllegalStateException("the upload of " + key + " was already committed or closed");
        }
        ended = true;
        try {
            body.drain();
            body.file.getFD().sync();
            body.file.close();
            long size = Files.size(hidden);
            if (size != body.bytes) {
                throw IoFaults.unavailable(
                        "destination %s has %d bytes of %s, expected %d".formatted(tree.root(), size, key, body.bytes),
                        "make sure that only this process writes to " + hidden,
                        null);
            }
            tree.publish(hidden);
            publication.run();
            renamed = true;
            tree.sync(FileTree.parent(target));
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException e) {
            String action =
                    renamed ? "confirm that the new " + key + ", which is already visible, is on disk" : "store " + key;
            throw failure != null ? failure : IoFaults.translate(tree.root(), action, e);
        }
        return new StoredObject(key, body.bytes, HexFormat.of().formatHex(body.digest.digest()));
    }

    @Override
    public void close() {
        ended = true;
        if (renamed || body.released) {
            return;
        }
        body.release();
        tree.discard(hidden);
        tree.removeEmpty(createdFolders);
    }

    /** Counts and hashes what is written to the file. */
    private final class Body extends OutputStream {
        private final FileOutputStream file;
        private final MessageDigest digest = Digests.sha256();
        private final byte[] buffer = new byte[BUFFER_BYTES];
        private int filled;
        private long bytes;
        private boolean closed;
        private boolean released;

        Body(FileOutputStream file) {
            this.file = file;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, source.length);
            if (closed || ended) {
                throw new IOException("the body of " + key + " is closed");
            }
            requireHealthy();
            if (length > buffer.length - filled) {
                drain();
            }
            if (length >= buffer.length) {
                writeThrough(source, offset, length);
            } else {
                System.arraycopy(source, offset, buffer, filled, length);
                filled += length;
            }
        }

        @Override
        public void flush() throws IOException {
            if (!ended) {
                drain();
            }
        }

        /** Rejects further bytes; publishes nothing, and the file stays open for {@link #commit}. */
        @Override
        public void close() throws IOException {
            closed = true;
            flush();
        }

        private void drain() throws IOException {
            writeThrough(buffer, 0, filled);
            filled = 0;
        }

        private void writeThrough(byte[] source, int offset, int length) throws IOException {
            requireHealthy();
            try {
                file.write(source, offset, length);
            } catch (IOException e) {
                failure = IoFaults.translate(tree.root(), "store " + key, e);
                requireHealthy();
            }
            digest.update(source, offset, length);
            bytes += length;
        }

        /** After a failed write the file's content is unknown, so every later write fails for the same reason. */
        private void requireHealthy() throws IOException {
            if (failure != null) {
                throw new IOException(failure.getMessage(), failure);
            }
        }

        private void release() {
            released = true;
            try {
                file.close();
            } catch (IOException e) {
                // Its bytes are about to be deleted anyway; at worst a descriptor leaks.
                LOG.warn("cannot close an unfinished file file={} reason={}", hidden, e.toString());
            }
        }
    }
}
