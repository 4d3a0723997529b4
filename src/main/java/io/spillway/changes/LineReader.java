package io.spillway.changes;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads lines that end with LF, in place, of any length. Not thread-safe. */
public final class LineReader implements Closeable {
    private static final int BUFFER = 128 << 10;

    private final InputStream in;
    private byte[] buffer = new byte[BUFFER];
    private int from;
    private int to;
    private int filled;

    /** Reads from a stream, which is closed with this reader. */
    public LineReader(InputStream in) {
        this.in = in;
        this.to = -1;
    }

    /**
     * Moves to the next line.
     *
     * @return false at the end
     * @throws IOException if the stream fails, or the last line has no end
     */
    public boolean next() throws IOException {
        from = to + 1;
        int at = from;
        while (true) {
            for (; at < filled; at++) {
                if (buffer[at] == '\n') {
                    to = at;
                    return true;
                }
            }
            if (from > 0) {
                System.arraycopy(buffer, from, buffer, 0, filled - from);
                filled -= from;
                at -= from;
                from = 0;
            }
            if (filled == buffer.length) {
                buffer = Arrays.copyOf(buffer, buffer.length * 2);
            }
            int read = in.read(buffer, filled, buffer.length - filled);
            if (read < 0) {
                if (filled > 0) {
                    throw new IOException("the last line has no end");
                }
                to = -1;
                return false;
            }
            filled += read;
        }
    }

    /** The array that holds the present line; valid until {@link #next}. */
    public byte[] bytes() {
        return buffer;
    }

    /** The first byte of the present line. */
    public int from() {
        return from;
    }

    /** After its last byte, at its line end. */
    public int to() {
        return to;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
