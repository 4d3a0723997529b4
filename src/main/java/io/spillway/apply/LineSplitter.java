package io.spillway.apply;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.util.Arrays;

/** Splits content that arrives in pieces into its lines. Lines inside one piece are not copied. Not thread-safe. */
final class LineSplitter {
    /** A line may fill this share of the heap: it is copied while the buffer grows. */
    private static final int HEAP_SHARE = 4;

    private final Sink sink;
    /** The beginning of a line whose end has not arrived. */
    private byte[] begun = new byte[1 << 12];

    private final int longest;
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
        this(sink, (int) Math.min(Integer.MAX_VALUE - 8, Runtime.getRuntime().maxMemory() / HEAP_SHARE));
    }

    /** @param longest maximum length of a line that arrives in pieces, in bytes */
    LineSplitter(Sink sink, int longest) {
        this.sink = sink;
        this.longest = longest;
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

    private void keep(byte[] bytes, int from, int to) throws SpillwayException {
        long needed = (long) length + to - from;
        if (needed > longest) {
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    "a line has more than %d bytes".formatted(longest),
                    "start java with a larger -Xmx if the dump has documents of this length; otherwise the file is damaged");
        }
        if (needed > begun.length) {
            begun = Arrays.copyOf(begun, (int) Math.max(needed, Math.min(longest, 2L * begun.length)));
        }
        System.arraycopy(bytes, from, begun, length, to - from);
        length = (int) needed;
    }
}
