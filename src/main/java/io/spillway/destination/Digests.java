package io.spillway.destination;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Computes three checksums of a file in one pass: SHA-256 for readers, and MD5 and SHA-1, which the Internet Archive
 * reports. Not thread-safe.
 */
public final class Digests {
    private static final int BUFFER = 64 << 10;

    private final MessageDigest sha256 = digest("SHA-256");
    private final MessageDigest md5 = md5();
    private final MessageDigest sha1 = sha1();

    /** Adds the next bytes of the file. */
    public void update(byte[] bytes, int offset, int length) {
        for (MessageDigest each : List.of(sha256, md5, sha1)) {
            each.update(bytes, offset, length);
        }
    }

    /** Returns the checksums in lower-case hex. Call it once. */
    public Sums finish() {
        HexFormat hex = HexFormat.of();
        return new Sums(hex.formatHex(sha256.digest()), hex.formatHex(md5.digest()), hex.formatHex(sha1.digest()));
    }

    /** Reads a whole file and returns the checksums of what was read. */
    public static Sums of(Path file) throws IOException {
        Digests digests = new Digests();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digests.update(buffer, 0, read);
            }
        }
        return digests.finish();
    }

    /** SHA-256 alone, at a third of the cost. */
    public static MessageDigest sha256() {
        return digest("SHA-256");
    }

    /** MD5 alone. */
    public static MessageDigest md5() {
        return digest("MD5");
    }

    /** SHA-1 alone. */
    public static MessageDigest sha1() {
        return digest("SHA-1");
    }

    /** SHA-256 of {@code bytes}, lower-case hex. */
    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }

    /**
     * Checksums of one file, lower-case hex.
     *
     * @param sha256 64 digits
     * @param md5    32 digits
     * @param sha1   40 digits
     */
    public record Sums(String sha256, String md5, String sha1) {}
}
