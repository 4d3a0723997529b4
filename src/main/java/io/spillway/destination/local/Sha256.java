package io.spillway.destination.local;

import io.spillway.destination.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/** SHA-256 of files, in lower-case hex. */
final class Sha256 {

    private Sha256() {}

    /** Reads the file and returns its hash. */
    static String of(Path file) throws IOException {
        return copy(file, OutputStream.nullOutputStream());
    }

    /** Copies the file's bytes to {@code out}, which stays open, and returns their hash. */
    static String copy(Path file, OutputStream out) throws IOException {
        MessageDigest digest = Digests.sha256();
        try (InputStream in = Files.newInputStream(file)) {
            in.transferTo(new DigestOutputStream(out, digest));
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
