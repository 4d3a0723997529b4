package io.spillway.compress;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads exactly one compressed stream and fails on any byte after it. The usual readers either continue with the next
 * stream or ignore what follows; a published file must have neither. Not thread-safe.
 */
final class OnlyOne extends InputStream {
    private final String what;
    private final BufferedInputStream compressed;
    private final InputStream decoder;
    private @Nullable IOException failure;
    private boolean ended;

    /** Creates the decoder, which must not read beyond its own stream, or must step back on a stream with marks. */
    interface Decoder {
        InputStream over(InputStream compressed) throws IOException;
    }

    /**
     * Reads the header. Closing this closes {@code in}, but the caller has to close it if the header is wrong and this
     * fails.
     *
     * @param what the stream's name in errors
     */
    OnlyOne(InputStream in, String what, Decoder decoder) throws IOException {
        this.what = what;
        this.compressed = new BufferedInputStream(in, Compression.Codec.BUFFER_BYTES);
        this.decoder = decoder.over(compressed);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) == -1 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
        if (length == 0) {
            return 0;
        }
        if (ended) {
            return -1;
        }
        try {
            int read = decoder.read(buffer, offset, length);
            if (read == -1) {
                if (compressed.read() != -1) {
                    throw new IOException("bytes follow the end of the " + what);
                }
                ended = true;
            }
            return read;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        try (compressed) {
            decoder.close();
        }
    }
}
