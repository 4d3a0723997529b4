package io.spillway.source.elasticsearch;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads both ends of a complete response, so that the next page can be requested before this one is parsed. Accepts
 * only the exact form that Elasticsearch returns; otherwise the result is null, and the caller waits for the parser.
 * The result is compared with the parser's before anything is committed.
 */
final class AnswerEnds {
    private static final byte[] PIT_ID = "{\"pit_id\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SORT = "\"sort\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "}]}}".getBytes(StandardCharsets.US_ASCII);
    /** Two numbers of at most twenty characters, brackets and commas, with a reserve. */
    private static final int LONGEST_SORT = 128;

    private AnswerEnds() {}

    /**
     * The last hit's sort values, or null. The body must end in {@code "sort":[n,n]}]}}} with only digits, minus signs
     * and commas between the brackets, so that no document's text can be mistaken for it: a source precedes its hit's
     * sort values, and there is a brace between them.
     */
    static byte @Nullable [] lastSort(byte[] bytes, int length) {
        int close = length - END.length - 1;
        if (close < 0 || bytes[close] != ']' || !Arrays.equals(bytes, close + 1, length, END, 0, END.length)) {
            return null;
        }
        int p = close - 1;
        int first = Math.max(SORT.length, close - LONGEST_SORT);
        while (p >= first && isSortByte(bytes[p])) {
            p--;
        }
        if (p < first || bytes[p] != '[' || !Arrays.equals(bytes, p - SORT.length, p, SORT, 0, SORT.length)) {
            return null;
        }
        return Arrays.copyOfRange(bytes, p, close + 1);
    }

    /**
     * The start of the rest of the last hit, at the comma before its sort values, or -1. Searches from the last byte,
     * so that no earlier text can be mistaken for it.
     */
    static int restOfLastHit(byte[] bytes, int length) {
        byte[] sort = lastSort(bytes, length);
        int comma = sort == null ? -1 : length - END.length - sort.length - SORT.length - 1;
        return comma >= 0 && bytes[comma] == ',' ? comma : -1;
    }

    private static boolean isSortByte(byte b) {
        return (b >= '0' && b <= '9') || b == '-' || b == ',';
    }

    /** The point in time's newest id, or null. */
    static @Nullable String pitId(byte[] bytes, int length) {
        if (length < PIT_ID.length || !Arrays.equals(bytes, 0, PIT_ID.length, PIT_ID, 0, PIT_ID.length)) {
            return null;
        }
        for (int p = PIT_ID.length; p < length; p++) {
            if (bytes[p] == '"') {
                return new String(bytes, PIT_ID.length, p - PIT_ID.length, StandardCharsets.UTF_8);
            } else if (bytes[p] == '\\') {
                return null;
            }
        }
        return null;
    }
}
