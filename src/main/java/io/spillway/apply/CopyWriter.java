package io.spillway.apply;

import io.spillway.compress.Compression;
import io.spillway.destination.Digests;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.files.FullDisk;
import io.spillway.manifest.Part;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/** Writes one file of lines. Not thread-safe. */
final class CopyWriter implements AutoCloseable {
    private final Path file;
    private final Compression compression;
    private final MessageDigest sha256 = Digests.sha256();
    private final OutputStream out;
    private long documents;
    private long bytes;

    /** Creates the file, which must not exist. */
    CopyWriter(Path file, Compression compression) throws SpillwayException {
        this.file = file;
        this.compression = compression;
        try {
            // Not a channel: an interrupt would close it in the middle of a write.
            FileOutputStream disk = new FileOutputStream(file.toFile());
            try {
                this.out = compression.compress(new DigestOutputStream(disk, sha256));
            } catch (IOException | RuntimeException e) {
                disk.close();
                throw e;
            }
        } catch (IOException e) {
            throw notWritten(file, e);
        }
    }

    /** Adds a line. */
    void line(byte[] content, int from, int to) throws SpillwayException {
        try {
            out.write(content, from, to - from);
            out.write('\n');
        } catch (IOException e) {
            throw notWritten(file, e);
        }
        bytes += to - from + 1L;
        documents++;
    }

    /** Completes the file and syncs it to disk; removes it and returns nothing if it has no line. */
    Optional<Part> finish() throws SpillwayException {
        try {
            out.close();
            if (documents == 0) {
                Files.delete(file);
                return Optional.empty();
            }
            sync(file);
            return Optional.of(new Part(
                    file.getFileName().toString(),
                    Copy.FORMAT,
                    compression.name(),
                    Files.size(file),
                    bytes,
                    documents,
                    HexFormat.of().formatHex(sha256.digest()),
                    null,
                    null));
        } catch (IOException e) {
            throw notWritten(file, e);
        }
    }

    /** Releases the compressor's memory. The file stays, and is worthless unless {@link #finish()} returned. */
    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            // An unfinished file is removed with its folder.
        }
    }

    static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    static SpillwayException notWritten(Path file, IOException e) {
        return new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE,
                "cannot write " + file + ": " + e.getMessage(),
                FullDisk.isReasonOf(e)
                        ? "free disk space: the copy before, the new copy and the changes need room at the same time"
                        : "check the folder and its file system; the copy before is unchanged",
                e);
    }
}
