package io.spillway.compress;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Hands a compressor pieces of equal length, however its input was cut into writes and flushes; so what it makes of
 * them can only depend on the bytes. Closes the stream below exactly once, also where the compressor fails or forgets
 * to, and writes nothing more to it after a write to it failed. Belongs to one thread.
 */
final class EqualPieces extends OutputStream {
    private final OutputStream out;
    private final Below below;
    private final OutputStream compressor;
    private final byte[] piece = new byte[Compression.Codec.BUFFER_BYTES];
    private int filled;
    private boolean closed;

    /** Makes a compressor that writes to {@code below}; may write a header. */
    interface Compressor {
        OutputStream over(OutputStream below) throws IOException;
    }

    /** Where this fails, {@code out} is still the caller's to close. */
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

    /** Does nothing: a flushed compressor ends a block, and the bytes would depend on it. */
    @Override
    public void flush() {}

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        boolean soundBefore = below.failure == null;
        // The compressor first, then the stream below it, whatever the one before made of it.
        try (out;
                compressor) {
            handOn();
        } catch (IOException e) {
            // Compressors go on after a failed write, and report the second failure. Never the same exception twice:
            // it would be added to itself as suppressed.
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
            throw new IOException("the compressing stream is closed");
        }
    }

    /** What the compressor sees of the stream below: it cannot flush or close it, nor go on after a failure. */
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
