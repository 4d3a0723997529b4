package io.spillway.source.repository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.smile.databind.SmileMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * The content of a {@code .dat} file: Lucene's header with the name of a codec, a SMILE object, raw or in DEFLATE, and
 * Lucene's footer with a CRC-32.
 */
final class MetadataBlob {
    /** Of a snapshot as a whole, and of a shard in it. */
    static final String SNAPSHOT = "snapshot";
    /** Of an index. */
    static final String INDEX = "index-metadata";
    /** Of everything that is not an index: data streams. */
    static final String GLOBAL = "metadata";

    private static final int HEADER_MAGIC = 0x3FD76C17;
    private static final int FOOTER_MAGIC = 0xC02893E8;
    private static final int FOOTER_LENGTH = 16;
    private static final byte[] DEFLATED = {'D', 'F', 'L', 0};
    private static final ObjectMapper SMILE = new SmileMapper();
    private static final ObjectMapper JSON = new ObjectMapper();

    private MetadataBlob() {}

    /** The file is not what it should be: altered, cut, or of another kind. */
    static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1L;

        DamagedException(String message) {
            super(message);
        }

        DamagedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Checks and parses a file.
     *
     * @param bytes all of the file
     * @param codec the name that its header must have
     * @throws DamagedException if header, checksum or content are wrong; the message has no path
     */
    static JsonNode parse(byte[] bytes, String codec) throws DamagedException {
        byte[] name = codec.getBytes(StandardCharsets.US_ASCII);
        int start = Integer.BYTES + 1 + name.length + Integer.BYTES;
        if (bytes.length < start + FOOTER_LENGTH) {
            throw new DamagedException("has only " + bytes.length + " bytes");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (buffer.getInt(0) != HEADER_MAGIC) {
            throw new DamagedException("does not begin as a file of a snapshot does; it is altered or encrypted");
        }
        requireChecksum(bytes, buffer);
        if (bytes[Integer.BYTES] != name.length
                || !Arrays.equals(bytes, Integer.BYTES + 1, start - Integer.BYTES, name, 0, name.length)) {
            throw new DamagedException("has another codec than \"" + codec + "\"");
        }
        int version = buffer.getInt(start - Integer.BYTES);
        if (version != 1) {
            throw new DamagedException("has version " + version + " of its format, expected 1");
        }
        return body(bytes, start, bytes.length - FOOTER_LENGTH);
    }

    private static void requireChecksum(byte[] bytes, ByteBuffer buffer) throws DamagedException {
        int footer = bytes.length - FOOTER_LENGTH;
        if (buffer.getInt(footer) != FOOTER_MAGIC || buffer.getInt(footer + Integer.BYTES) != 0) {
            throw new DamagedException("does not end with a checksum; it is cut or altered");
        }
        CRC32 crc = new CRC32();
        int covered = bytes.length - Long.BYTES;
        crc.update(bytes, 0, covered);
        long stored = buffer.getLong(covered);
        if (crc.getValue() != stored) {
            throw new DamagedException("has the checksum %08x, expected %08x".formatted(crc.getValue(), stored));
        }
    }

    /** One object in SMILE or JSON, which may be compressed. */
    static JsonNode body(byte[] bytes, int start, int end) throws DamagedException {
        try (InputStream plain = plain(bytes, start, end)) {
            byte[] content = plain.readAllBytes();
            ObjectMapper mapper = content.length > 0 && content[0] == '{' ? JSON : SMILE;
            JsonNode tree = mapper.readTree(content);
            if (!tree.isObject()) {
                throw new DamagedException("does not contain an object");
            }
            return tree;
        } catch (DamagedException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new DamagedException("cannot be parsed: " + e.getMessage(), e);
        }
    }

    private static InputStream plain(byte[] bytes, int start, int end) throws IOException {
        int magic = start + DEFLATED.length;
        if (magic > end || !Arrays.equals(bytes, start, magic, DEFLATED, 0, DEFLATED.length)) {
            if (magic <= end && new String(bytes, start, 4, StandardCharsets.US_ASCII).equals("ZSTD")) {
                throw new ZipException("it is compressed with zstd, which is not supported for metadata");
            }
            return new ByteArrayInputStream(bytes, start, end - start);
        }
        Inflater inflater = new Inflater(true);
        return new InflaterInputStream(new ByteArrayInputStream(bytes, magic, end - magic), inflater) {
            @Override
            public void close() throws IOException {
                super.close();
                inflater.end();
            }
        };
    }
}
