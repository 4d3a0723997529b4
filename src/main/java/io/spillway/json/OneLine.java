package io.spillway.json;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Copies a JSON value that {@link JsonCursor} has scanned as one line of strict UTF-8 JSON. Outside strings it removes
 * line feeds, carriage returns, comments and byte order marks; inside them it replaces each byte that is not UTF-8 by
 * U+FFFD. All other bytes are unchanged, including blanks and tabs between tokens.
 */
public final class OneLine {
    private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};

    private OneLine() {}

    /**
     * Writes {@code bytes[start, end)}, which must be one value that a cursor has scanned without an error.
     *
     * @return number of bytes replaced by U+FFFD
     */
    public static int copy(byte[] bytes, int start, int end, OutputStream out) throws IOException {
        int kept = start;
        int replaced = 0;
        boolean inString = false;
        int p = start;
        while (p < end) {
            byte b = bytes[p];
            int next = p + 1;
            boolean drop = false;
            boolean replace = false;
            if (inString) {
                if (b == '"') {
                    inString = false;
                } else if (b == '\\') {
                    next = p + 2;
                } else if (b < 0) {
                    int length = Utf8.sequence(bytes, p, end);
                    replace = length == 0;
                    next = p + Math.max(1, length);
                }
            } else if (b == '"') {
                inString = true;
            } else if (b == '\n' || b == '\r') {
                drop = true;
            } else if (b == '/') {
                next = JsonCursor.commentEnd(bytes, p, end);
                drop = true;
            } else if (b < 0) {
                next = JsonCursor.byteOrderMarkEnd(bytes, p, end);
                drop = true;
            }
            if (drop || replace) {
                out.write(bytes, kept, p - kept);
                kept = next;
            }
            if (replace) {
                out.write(REPLACEMENT);
                replaced++;
            }
            p = next;
        }
        out.write(bytes, kept, end - kept);
        return replaced;
    }
}
