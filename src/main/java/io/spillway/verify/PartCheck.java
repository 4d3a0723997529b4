package io.spillway.verify;

import io.spillway.compress.Compression;
import io.spillway.destination.Digests;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Part;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a part by reading it completely: length, SHA-256, and length and number of documents of its decompressed
 * content. It reads the file from disk as a user would.
 */
public final class PartCheck {
    private static final int BUFFER = 128 << 10;

    private PartCheck() {}

    /**
     * Compares a part with its manifest entry.
     *
     * @param in    the file's bytes; closed here
     * @param where the file's name in errors
     * @throws SpillwayException {@link Fault#INTEGRITY} with the first difference and both values;
     *     {@link Fault#DESTINATION_UNAVAILABLE} if the bytes could not be read
     * @throws InterruptedException if the thread was interrupted
     */
    public static void check(InputStream in, Part part, String where) throws SpillwayException, InterruptedException {
        check(in, part, OptionalInt.empty(), where);
    }

    /**
     * Compares a part with its manifest entry, and its content with what was written to it.
     *
     * @param in         the file's bytes; closed here
     * @param contentCrc the CRC-32C of the bytes given to the compressor, if known
     * @param where      the file's name in errors
     * @throws SpillwayException as above
     * @throws InterruptedException if the thread was interrupted
     */
    public static void check(InputStream in, Part part, OptionalInt contentCrc, String where)
            throws SpillwayException, InterruptedException {
        Counted file = new Counted(in);
        Compression compression = compression(file, part, where);
        long uncompressed = 0;
        CRC32C crc = new CRC32C();
        DocumentCount documents = DocumentCount.of(part.format());
        try (file;
                InputStream content = compression.decompress(file)) {
            byte[] buffer = new byte[BUFFER];
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                uncompressed += read;
                crc.update(buffer, 0, read);
                documents.take(buffer, read);
                if (Thread.interrupted()) {
                    throw new InterruptedException("while checking " + where);
                }
            }
            file.readToEnd();
        } catch (IOException e) {
            throw file.failure == null
                    ? different(where, "cannot be read to its end: " + e.getMessage(), e)
                    : unread(where, file.failure);
        }
        String sha256 = HexFormat.of().formatHex(file.sha256.digest());
        require(where, "bytes", part.bytes(), file.count);
        if (!sha256.equals(part.sha256())) {
            throw different(where, "has SHA-256 " + sha256 + ", expected " + part.sha256(), null);
        }
        require(where, "bytes uncompressed", part.bytesUncompressed(), uncompressed);
        require(where, "documents", part.documents(), documents.documents());
        if (contentCrc.isPresent() && contentCrc.getAsInt() != (int) crc.getValue()) {
            throw different(
                    where,
                    "has content with CRC-32C %08x, expected %08x"
                            .formatted((int) crc.getValue(), contentCrc.getAsInt()),
                    null);
        }
        if (!documents.endsWhole()) {
            throw different(where, documents.flaw(), null);
        }
    }

    private static Compression compression(InputStream in, Part part, String where) throws SpillwayException {
        Compression compression;
        try {
            compression = Compression.parse(part.compression(), null);
        } catch (IllegalArgumentException e) {
            close(in);
            throw different(where, "cannot be read: " + e.getMessage(), e);
        }
        Optional<String> unavailable = compression.whyUnavailable();
        if (unavailable.isPresent()) {
            close(in);
            throw new SpillwayException(Fault.CONFIG, where + " cannot be read here: " + unavailable.get(), null);
        }
        return compression;
    }

    private static void close(InputStream in) {
        try {
            in.close();
        } catch (IOException e) {
            // Nothing was read from it; the reported exception is sufficient.
        }
    }

    private static void require(String where, String what, long expected, long found) throws SpillwayException {
        if (expected != found) {
            throw different(where, "has " + found + " " + what + ", expected " + expected, null);
        }
    }

    private static SpillwayException different(String where, String what, @Nullable Throwable e) {
        return new SpillwayException(
                Fault.INTEGRITY, where + " " + what, "the file was changed or damaged after it was written", e);
    }

    /**
     * The exception for a failure to read a file's bytes, which says nothing about the file.
     *
     * @throws InterruptedException if it failed because the thread was interrupted
     */
    static SpillwayException unread(String where, IOException e) throws InterruptedException {
        if (Thread.interrupted() || e instanceof InterruptedIOException) {
            throw new InterruptedException("while reading " + where);
        }
        return new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE,
                "cannot read " + where + " to its end: " + (e.getMessage() == null ? e.toString() : e.getMessage()),
                "try again; the file itself may be intact",
                e);
    }

    /**
     * Counts and hashes everything that is read, and distinguishes errors of the source from errors of a decompressor.
     */
    private static final class Counted extends FilterInputStream {
        private final MessageDigest sha256 = Digests.sha256();
        private long count;
        private @Nullable IOException failure;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            int read = read(one, 0, 1);
            return read < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read;
            try {
                read = in.read(buffer, offset, length);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
            if (read > 0) {
                sha256.update(buffer, offset, read);
                count += read;
            }
            return read;
        }

        @Override
        public long skip(long n) throws IOException {
            throw new IOException("a skipped byte would not be checked");
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        void readToEnd() throws IOException {
            byte[] rest = new byte[BUFFER];
            while (read(rest, 0, rest.length) >= 0) {
                // Bytes after the compressed data are counted and hashed too.
            }
        }
    }
}
