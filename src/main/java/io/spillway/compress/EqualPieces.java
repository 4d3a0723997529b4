package io.spillway.compress;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Passes pieces of equal length to a compressor, however its input was split into writes and flushes, so that its
 * output depends only on the bytes. Closes the underlying stream exactly once, even if the compressor fails or does
 * not, and writes nothing more to it after a failed write. Not thread-safe.
 */
final class EqualPieces extends OutputStream {
    private final OutputStream out;
    private final Below below;
    private final OutputStream compressor;
    private final byte[] piece = new byte[Compression.Codec.BUFFER_BYTES];
    private int filled;
    private boolean closed;

    /** Creates a compressor that writes to {@code below}; may write a header. */
    interface Compressor {
        OutputStream over(OutputStream below) throws IOException;
    }

    /** If this fails, the caller has to close {@code out}. */
    EqualPieces(OutputStream out, Compressor compressor) throws IOException {
        this.out = out;
        this.below = new Below(out);
        this.compressor = compressor.over(below);
    }

    @Override
    public void write(int b) throws IOException {
        requireOpen();
        if (filled == piece.length) {
            handOn();
        }
        piece[filled++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        requireOpen();
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (filled == piece.length) {
                handOn();
            }
            int copied = Math.min(end - at, piece.length - filled);
            System.arraycopy(bytes, at, piece, filled, copied);
            filled += copied;
            at += copied;
        }
    }

    /** Does nothing: flushing a compressor ends a block, and the bytes would depend on it. */
    @Override
    public void flush() {}

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        boolean soundBefore = below.failure == null;
        // Closes the compressor first, then the underlying stream, even if the first fails.
        try (out;
                compressor) {
            handOn();
        } catch (IOException e) {
            // Compressors continue after a failed write and report the second failure. The same exception must not be
            // thrown twice, because it would be added to itself as suppressed.
            throw soundBefore && below.failure != null ? below.failure : e;
        }
    }

    private void handOn() throws IOException {
        below.requireSound();
        compressor.write(piece, 0, filled);
        filled = 0;
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("the compressed stream is closed");
        }
    }

    /** The underlying stream as seen by the compressor: it cannot be flushed or closed, and fails after a failure. */
    private static final class Below extends FilterOutputStream {
        private @Nullable IOException failure;

        Below(OutputStream out) {
            super(out);
        }

        void requireSound() throws IOException {
            if (failure != null) {
                throw new IOException("an earlier write failed: " + failure.getMessage(), failure);
            }
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            requireSound();
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
