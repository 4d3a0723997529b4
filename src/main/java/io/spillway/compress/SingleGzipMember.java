package io.spillway.compress;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * Reads exactly one gzip member, checks its checksum and length, and fails on any byte behind it. The usual readers
 * either continue with the next member or ignore what follows; a published file has neither. Belongs to one thread.
 */
final class SingleGzipMember extends InputStream {
    private final BufferedInputStream compressed;
    private final GzipCompressorInputStream member;
    private boolean bytesFollow;

    /** Reads the header. Closing this closes {@code in}, but not when the header is no gzip header and this fails. */
    SingleGzipMember(InputStream in) throws IOException {
        // The member's reader steps back to the byte after its trailer only on a stream that supports marks.
        compressed = new BufferedInputStream(in, Compression.Codec.BUFFER_BYTES);
        member = new GzipCompressorInputStream(compressed);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) == -1 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int read = bytesFollow ? -1 : member.read(buffer, offset, length);
        if (read == -1) {
            bytesFollow = bytesFollow || compressed.read() != -1;
            if (bytesFollow) {
                throw new IOException("bytes follow the end of the gzip member");
            }
        }
        return read;
    }

    @Override
    public void close() throws IOException {
        member.close();
    }
}
