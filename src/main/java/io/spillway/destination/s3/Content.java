package io.spillway.destination.s3;

import io.spillway.destination.Digests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * A finished file, or bytes in memory, with the checksums, which are computed before the first byte is sent.
 *
 * <p>Its arrays are neither compared nor changed after construction.
 */
final class Content {
    private static final Logger LOG = LoggerFactory.getLogger(Content.class);
    private static final int BUFFER = 64 << 10;

    /** Opens a range. */
    private interface Ranges {
        InputStream open(long offset, long length) throws IOException;
    }

    private final Ranges ranges;
    private final long bytes;
    private final String sha256;
    private final byte[] sum;

    private Content(Ranges ranges, long bytes, String sha256, byte[] sum) {
        this.ranges = ranges;
        this.bytes = bytes;
        this.sha256 = sha256;
        this.sum = sum;
    }

    /** Reads the file once. */
    static Content of(Path file, Checksums checksums) throws IOException {
        return of((offset, length) -> new FileRange(file, offset, length), Files.size(file), checksums);
    }

    /** Of bytes that nothing changes. */
    static Content of(byte[] bytes, Checksums checksums) throws IOException {
        return of(
                (offset, length) -> new ByteArrayInputStream(bytes, (int) offset, (int) length),
                bytes.length,
                checksums);
    }

    private static Content of(Ranges ranges, long bytes, Checksums checksums) throws IOException {
        MessageDigest sha256 = Digests.sha256();
        MessageDigest other = checksums.start();
        try (InputStream in = ranges.open(0, bytes)) {
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
        return new Content(ranges, bytes, HexFormat.of().formatHex(hash), sum);
    }

    long bytes() {
        return bytes;
    }

    /** Of the whole file, lower-case hex. */
    String sha256() {
        return sha256;
    }

    /** The whole checksum of the dialect's kind. */
    byte[] sum() {
        return sum;
    }

    /** Reads a range and returns its checksum. */
    byte[] sum(Checksums kind, long offset, long length) throws IOException {
        MessageDigest digest = kind.start();
        try (InputStream in = ranges.open(offset, length)) {
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return digest.digest();
    }

    /**
     * Makes a request with a range as its body, which is opened again for each attempt. The SDK does not close bodies, so all are
     * closed here: a file that is deleted while it is open keeps its room on the disk.
     */
    <T> T send(long offset, long length, Function<RequestBody, T> request) {
        List<InputStream> opened = new ArrayList<>();
        try {
            return request.apply(RequestBody.fromContentProvider(
                    () -> {
                        InputStream body = open(offset, length);
                        opened.add(body);
                        return body;
                    },
                    length,
                    "application/octet-stream"));
        } finally {
            opened.forEach(Content::close);
        }
    }

    private InputStream open(long offset, long length) {
        try {
            return ranges.open(offset, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            LOG.debug("cannot close a file that was sent cause=\"{}\"", e.getMessage());
        }
    }
}
