package io.spillway.verify;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Counts documents of a fixed number of lines each. Not thread-safe. */
final class LineCount implements DocumentCount {
    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LINE_FEEDS = 0x0101010101010101L * '\n';
    private static final long LOWS = 0x7F7F7F7F7F7F7F7FL;

    private final int linesPerDocument;
    private long lines;
    private byte last = '\n';

    LineCount(int linesPerDocument) {
        this.linesPerDocument = linesPerDocument;
    }

    @Override
    public void take(byte[] buffer, int length) {
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            lines += lineFeeds((long) EIGHT_BYTES.get(buffer, i));
        }
        for (; i < length; i++) {
            if (buffer[i] == '\n') {
                lines++;
            }
        }
        last = length > 0 ? buffer[length - 1] : last;
    }

    /** How many of eight bytes are line feeds: the exact zero-byte test (Warren, Hacker's Delight, 6-1). */
    private static int lineFeeds(long eight) {
        long zero = eight ^ LINE_FEEDS;
        return Long.bitCount(~(((zero & LOWS) + LOWS) | zero | LOWS));
    }

    @Override
    public long documents() {
        return lines / linesPerDocument;
    }

    @Override
    public boolean endsWhole() {
        return last == '\n' && lines % linesPerDocument == 0;
    }
}
