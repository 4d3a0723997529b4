package io.spillway.verify;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The three checksums of a file at once: SHA-256, which readers check, and MD5 and SHA-1, which the Internet Archive
 * reports back. Belongs to one thread.
 */
public final class Digests {
    private final MessageDigest sha256 = digest("SHA-256");
    private final MessageDigest md5 = digest("MD5");
    private final MessageDigest sha1 = digest("SHA-1");

    /** Takes the next bytes of the file. */
    public void update(byte[] bytes, int offset, int length) {
        for (MessageDigest each : List.of(sha256, md5, sha1)) {
            each.update(bytes, offset, length);
        }
    }

    /** The checksums, lower-case hex; to be called once. */
    public Sums finish() {
        HexFormat hex = HexFormat.of();
        return new Sums(hex.formatHex(sha256.digest()), hex.formatHex(md5.digest()), hex.formatHex(sha1.digest()));
    }

    /** SHA-256 alone, where nobody asks for the others: they would cost twice as much again. */
    public static MessageDigest sha256() {
        return digest("SHA-256");
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
