package io.spillway.apply;

import io.spillway.fault.SpillwayException;
import java.util.Arrays;

/** Splits content that arrives in pieces into its lines. Lines inside one piece are not copied. Not thread-safe. */
final class LineSplitter {
    private final Sink sink;
    /** The beginning of a line whose end has not arrived. */
    private byte[] begun = new byte[1 << 12];

    private int length;

    /** Receives lines. */
    interface Sink {
        /**
         * Takes one line, {@code bytes[from, to)}, without its line end. The bytes are valid during the call.
         *
         * @throws InterruptedException if the thread was interrupted
         */
        void line(byte[] bytes, int from, int to) throws SpillwayException, InterruptedException;
    }

    LineSplitter(Sink sink) {
        this.sink = sink;
    }

    /** Takes the next piece. A last line without a line end is never passed on. */
    void take(byte[] bytes, int count) throws SpillwayException, InterruptedException {
        int from = 0;
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                if (length > 0) {
                    keep(bytes, from, i);
                    int whole = length;
                    length = 0;
                    sink.line(begun, 0, whole);
                } else {
                    sink.line(bytes, from, i);
                }
                from = i + 1;
            }
        }
        keep(bytes, from, count);
    }

    private void keep(byte[] bytes, int from, int to) {
        int needed = length + to - from;
        if (needed > begun.length) {
            begun = Arrays.copyOf(begun, Math.max(needed, (int) Math.min(Integer.MAX_VALUE - 8, 2L * begun.length)));
        }
        System.arraycopy(bytes, from, begun, length, to - from);
        length = needed;
    }
}
