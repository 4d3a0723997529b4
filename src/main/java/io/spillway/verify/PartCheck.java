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
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a part by reading it completely: length, SHA-256, and length and number of documents of its decompressed
 * content. It reads the file from disk as a user would.
 */
public final class PartCheck {
    private static final int BUFFER = 128 << 10;

    private PartCheck() {}

    /** Receives the content of a part while it is checked. */
    public interface ContentReader {
        /** Takes the next bytes: the first {@code count} of a buffer that is used again after the call. */
        void take(byte[] buffer, int count) throws SpillwayException, InterruptedException;
    }

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
        check(in, part, where, (buffer, count) -> {});
    }

    /**
     * The same, and passes the content on while it is read. It is only known to be right when the call returns.
     *
     * @param reader receives the decompressed content, piece by piece
     */
    public static void check(InputStream in, Part part, String where, ContentReader reader)
            throws SpillwayException, InterruptedException {
        MessageDigest sha256 = Digests.sha256();
        Counted file = new Counted(in, List.of(sha256));
        try (DocumentCount count = DocumentCount.of(part.format())) {
            Content content = read(file, count, part.compression(), where, reader);
            require(where, "bytes", part.bytes(), file.count);
            String found = hex(sha256);
            if (!found.equals(part.sha256())) {
                throw different(where, "has SHA-256 " + found + ", expected " + part.sha256(), null);
            }
            content.require(where, part.bytesUncompressed(), part.documents());
            content.requireWhole(where);
        }
    }

    /**
     * Reads a part that was just written, compares it with what was written, and takes its checksums. Each byte of the file
     * is hashed once, here: the CRC-32C shows that the file has the bytes that were given to it, so that the SHA-256 is that
     * of these bytes.
     *
     * @param in         the file's bytes; closed here
     * @param md5AndSha1 whether the part gets MD5 and SHA-1, too
     * @param where      the file's name in errors
     * @throws SpillwayException as above
     * @throws InterruptedException if the thread was interrupted
     */
    public static Part readBack(InputStream in, WrittenPart written, boolean md5AndSha1, String where)
            throws SpillwayException, InterruptedException {
        MessageDigest sha256 = Digests.sha256();
        List<MessageDigest> digests = md5AndSha1 ? List.of(sha256, Digests.md5(), Digests.sha1()) : List.of(sha256);
        Counted file = new Counted(in, digests);
        try (DocumentCount count = DocumentCount.of(written.format())) {
            Content content = read(file, count, written.compression(), where, (buffer, length) -> {});
            require(where, "bytes", written.bytes(), file.count);
            requireCrc(where, "has", written.fileCrc(), (int) file.crc.getValue());
            content.require(where, written.bytesUncompressed(), written.documents());
            requireCrc(where, "has content with", written.contentCrc(), content.crc());
            content.requireWhole(where);
        }
        return new Part(
                written.name(),
                written.format(),
                written.compression(),
                written.bytes(),
                written.bytesUncompressed(),
                written.documents(),
                hex(sha256),
                md5AndSha1 ? hex(digests.get(1)) : null,
                md5AndSha1 ? hex(digests.get(2)) : null);
    }

    /** Reads the file to its end. */
    private static Content read(Counted file, DocumentCount count, String codec, String where, ContentReader reader)
            throws SpillwayException, InterruptedException {
        Compression compression = compression(file, codec, where);
        long uncompressed = 0;
        CRC32C crc = new CRC32C();
        try (file;
                InputStream content = compression.decompress(file)) {
            byte[] buffer = new byte[BUFFER];
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                uncompressed += read;
                crc.update(buffer, 0, read);
                count.take(buffer, read);
                reader.take(buffer, read);
                if (Thread.interrupted()) {
                    throw new InterruptedException("while checking " + where);
                }
            }
            file.readToEnd();
        } catch (IOException e) {
            throw file.failure == null
                    ? different(where, "cannot be read to its end: " + e.getMessage(), e)
                    : unread(where, file.failure);
        } catch (UncheckedIOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot check " + where + ": " + e.getMessage(),
                    "free some space, or set java.io.tmpdir to a folder with more space than the largest part",
                    e);
        }
        return new Content(uncompressed, count, (int) crc.getValue());
    }

    /** What a file holds, decompressed. */
    private record Content(long bytes, DocumentCount count, int crc) {
        void require(String where, long expectedBytes, long expectedDocuments) throws SpillwayException {
            PartCheck.require(where, "bytes uncompressed", expectedBytes, bytes);
            PartCheck.require(where, "documents", expectedDocuments, count.documents());
        }

        void requireWhole(String where) throws SpillwayException {
            if (!count.endsWhole()) {
                throw different(where, count.flaw(), null);
            }
        }
    }

    private static void requireCrc(String where, String verb, int expected, int found) throws SpillwayException {
        if (expected != found) {
            throw different(where, verb + " CRC-32C %08x, expected %08x".formatted(found, expected), null);
        }
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    private static Compression compression(InputStream in, String codec, String where) throws SpillwayException {
        Compression compression;
        try {
            compression = Compression.parse(codec, null);
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
        private final List<MessageDigest> digests;
        private final CRC32C crc = new CRC32C();
        private long count;
        private @Nullable IOException failure;

        Counted(InputStream in, List<MessageDigest> digests) {
            super(in);
            this.digests = digests;
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
                for (MessageDigest digest : digests) {
                    digest.update(buffer, offset, read);
                }
                crc.update(buffer, offset, read);
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
