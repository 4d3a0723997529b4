package io.spillway.destination.s3;

import io.spillway.destination.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * A finished file with its checksums, which are computed before the first byte is sent.
 *
 * <p>Its arrays are neither compared nor changed after construction.
 */
final class Content {
    private static final int BUFFER = 64 << 10;

    private final Path file;
    private final long bytes;
    private final String sha256;
    private final byte[] sum;

    private Content(Path file, long bytes, String sha256, byte[] sum) {
        this.file = file;
        this.bytes = bytes;
        this.sha256 = sha256;
        this.sum = sum;
    }

    /** Reads the file once. */
    static Content of(Path file, Checksums checksums) throws IOException {
        long bytes = Files.size(file);
        MessageDigest sha256 = Digests.sha256();
        MessageDigest other = checksums.start();
        try (InputStream in = new FileRange(file, 0, bytes)) {
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                sha256.update(buffer, 0, read);
                if (checksums != Checksums.SHA256) {
                    other.update(buffer, 0, read);
                }
            }
        }
        byte[] hash = sha256.digest();
        byte[] sum = checksums == Checksums.SHA256 ? hash : other.digest();
        return new Content(file, bytes, HexFormat.of().formatHex(hash), sum);
    }

    long bytes() {
        return bytes;
    }

    /** Of the whole file, lower-case hex. */
    String sha256() {
        return sha256;
    }

    /** The whole file's checksum of the dialect's kind. */
    byte[] sum() {
        return sum;
    }

    /** Reads a range and returns its checksum. */
    byte[] sum(Checksums kind, long offset, long length) throws IOException {
        MessageDigest digest = kind.start();
        try (InputStream in = new FileRange(file, offset, length)) {
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return digest.digest();
    }

    /** A range as a request body, opened again for each attempt. */
    RequestBody body(long offset, long length) {
        return RequestBody.fromContentProvider(() -> open(offset, length), length, "application/octet-stream");
    }

    private InputStream open(long offset, long length) {
        try {
            return new FileRange(file, offset, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
