package io.spillway.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Scans JSON text (RFC 8259) in UTF-8 bytes, forwards, in one pass and without copying. Every skipped value is
 * validated completely: structure, numbers, escapes, control characters. The cursor also records what a copy on one
 * line has to repair ({@link #findings()}).
 *
 * <p>It tolerates two deviations, which Elasticsearch stores and returns: comments and a byte order mark between the
 * tokens of a value read with {@link #skipDocument()}, and strings that are not valid UTF-8. They are findings, not
 * errors; the caller decides how to handle them. Depth is limited only by memory: one bit per level.
 *
 * <p>Not thread-safe. Never reads beyond {@code limit}.
 */
public final class JsonCursor {
    /** A line feed or carriage return between tokens: the value is not on one line. */
    public static final int LINE_BREAK = 1;
    /** A comment between tokens: the value is not valid JSON. */
    public static final int COMMENT = 2;
    /** A byte order mark between tokens: the value is not valid JSON. */
    public static final int BYTE_ORDER_MARK = 4;
    /** A byte that belongs to no UTF-8 sequence (RFC 3629), inside a string: the value is not valid UTF-8. */
    public static final int NOT_UTF8 = 8;

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final int FIRST_LEVELS = 64;

    private final byte[] bytes;
    private final int limit;
    /** Whether the values are known to be valid, so that skipping one looks for its end alone. */
    private final boolean valid;

    private int position;
    private boolean lenient;
    private int findings;
    private int afterDocument;
    /** One bit per level, set for an object. */
    private long[] levels = new long[FIRST_LEVELS / Long.SIZE];

    /** A cursor on {@code bytes[from, limit)}. The array belongs to the caller and must not change meanwhile. */
    public JsonCursor(byte[] bytes, int from, int limit) {
        this(bytes, from, limit, false);
    }

    private JsonCursor(byte[] bytes, int from, int limit, boolean valid) {
        if (from < 0 || from > limit || limit > bytes.length) {
            throw new IllegalArgumentException(
                    "invalid range " + from + " to " + limit + " of " + bytes.length + " bytes");
        }
        this.bytes = bytes;
        this.position = from;
        this.limit = limit;
        this.valid = valid;
    }

    /**
     * A cursor on a value that was scanned before without findings, or was repaired: it finds the ends of values faster,
     * because it does not validate them again. Of an invalid value it finds any end.
     */
    public static JsonCursor ofValid(byte[] bytes, int from, int limit) {
        return new JsonCursor(bytes, from, limit, true);
    }

    /** The position of the next byte. */
    public int position() {
        return position;
    }

    /** Returns to the first byte of a skipped value, to scan its content. */
    public void back(int start) {
        if (start < 0 || start > position) {
            throw new IllegalArgumentException("cannot go back from " + position + " to " + start);
        }
        position = start;
    }

    /** What the last {@link #skipDocument()} found between its first and last byte: constants of this class, or'ed. */
    public int findings() {
        return findings;
    }

    /** Skips white space and returns the next byte, 0 to 255, without consuming it; -1 at the end. */
    public int peek() throws MalformedJsonException {
        skipBlanks();
        return position < limit ? bytes[position] & 0xFF : -1;
    }

    /** Skips white space and then exactly this byte. */
    public void expect(char wanted) throws MalformedJsonException {
        if (peek() != wanted) {
            throw malformed("'" + wanted + "' expected");
        }
        position++;
    }

    /** Skips white space and then this byte if it is the next; returns whether it was. */
    public boolean accept(char wanted) throws MalformedJsonException {
        if (peek() != wanted) {
            return false;
        }
        position++;
        return true;
    }

    /**
     * Skips white space, a member's name and its colon; the name must not contain escapes, as in Elasticsearch's own
     * responses.
     */
    public String name() throws MalformedJsonException {
        peek();
        int start = position;
        skipString();
        String name = new String(bytes, start + 1, position - start - 2, StandardCharsets.UTF_8);
        expect(':');
        return name;
    }

    /** Skips one value of any kind. Its first byte is where {@link #peek()} left the cursor. */
    public void skipValue() throws MalformedJsonException {
        peek();
        if (valid) {
            skipValid();
        } else {
            walk();
        }
    }

    /**
     * Skips white space and then the string of exactly these bytes between its quotes, if it is the next value; returns
     * whether it was.
     */
    public boolean acceptString(byte[] wanted) throws MalformedJsonException {
        int start = peek() == '"' ? position + 1 : limit;
        int end = start + wanted.length;
        if (end >= limit || bytes[end] != '"') {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (bytes[start + i] != wanted[i]) {
                return false;
            }
        }
        position = end + 1;
        return true;
    }

    /**
     * Skips one object as Elasticsearch may store it: with comments and a byte order mark between tokens, before and
     * after it. Afterwards the cursor is after its last byte; {@link #findings()} covers its content.
     *
     * @return the position of the object's first byte
     */
    public int skipDocument() throws MalformedJsonException {
        lenient = true;
        try {
            if (peek() != '{') {
                throw malformed("an object expected");
            }
            int start = position;
            findings = 0;
            walk();
            int end = position;
            int inside = findings;
            skipBlanks();
            afterDocument = position;
            findings = inside;
            position = end;
            return start;
        } finally {
            lenient = false;
        }
    }

    /** Moves past the comments and blanks after the last {@link #skipDocument()}. */
    public void leaveDocument() {
        position = afterDocument;
    }

    /** Fails unless only white space is left. */
    public void expectEnd() throws MalformedJsonException {
        if (peek() != -1) {
            throw malformed("the end expected");
        }
    }

    /** Scans one value, from its first byte to after its last, without recursion. */
    private void walk() throws MalformedJsonException {
        int depth = 0;
        while (true) {
            // The start of a value.
            int first = position < limit ? bytes[position] : -1;
            if (first == '{' || first == '[') {
                position++;
                boolean object = first == '{';
                if (peek() == (object ? '}' : ']')) {
                    position++;
                } else {
                    enter(depth++, object);
                    if (object) {
                        skipString();
                        expect(':');
                    }
                    skipBlanks();
                    continue;
                }
            } else {
                skipScalar(first);
            }
            // The end of a value: what follows belongs to the levels around it.
            while (true) {
                if (depth == 0) {
                    return;
                }
                int next = peek();
                boolean object = isObject(depth - 1);
                if (next == ',') {
                    position++;
                    skipBlanks();
                    if (object) {
                        skipString();
                        expect(':');
                        skipBlanks();
                    }
                    break;
                }
                if (next != (object ? '}' : ']')) {
                    throw malformed(object ? "',' or '}' expected" : "',' or ']' expected");
                }
                position++;
                depth--;
            }
        }
    }

    /** Moves to the end of a valid value: where its brackets are closed, or at the delimiter after a number or word. */
    private void skipValid() {
        int p = position;
        int depth = 0;
        do {
            byte b = bytes[p];
            if (b == '"') {
                p = validStringEnd(p + 1);
            } else if (b == '{' || b == '[') {
                depth++;
                p++;
            } else if (b == '}' || b == ']') {
                depth--;
                p++;
            } else if (depth > 0) {
                p++;
            } else {
                while (p < limit && bytes[p] > ' ' && bytes[p] != ',' && bytes[p] != '}' && bytes[p] != ']') {
                    p++;
                }
            }
        } while (depth > 0 && p < limit);
        position = p;
    }

    /** The position after the quote that ends a valid string whose content, or rest, begins at {@code from}. */
    private int validStringEnd(int from) {
        int p = from;
        while (true) {
            while (p <= limit - Long.BYTES) {
                long eight = (long) EIGHT_BYTES.get(bytes, p);
                long found = (zeros(eight ^ ONES * '"') | zeros(eight ^ ONES * '\\')) & HIGHS;
                if (found != 0) {
                    p += Long.numberOfTrailingZeros(found) / Byte.SIZE;
                    break;
                }
                p += Long.BYTES;
            }
            if (p >= limit) {
                return limit;
            }
            byte b = bytes[p++];
            if (b == '"') {
                return p;
            } else if (b == '\\') {
                p++;
            }
        }
    }

    private void enter(int depth, boolean object) {
        if (depth >= levels.length * Long.SIZE) {
            levels = Arrays.copyOf(levels, levels.length * 2);
        }
        long bit = 1L << depth;
        levels[depth / Long.SIZE] = object ? (levels[depth / Long.SIZE] | bit) : (levels[depth / Long.SIZE] & ~bit);
    }

    private boolean isObject(int depth) {
        return (levels[depth / Long.SIZE] & (1L << depth)) != 0;
    }

    private void skipScalar(int first) throws MalformedJsonException {
        switch (first) {
            case '"' -> skipString();
            case 't' -> skipWord("true");
            case 'f' -> skipWord("false");
            case 'n' -> skipWord("null");
            default -> skipNumber();
        }
    }

    private void skipWord(String word) throws MalformedJsonException {
        for (int i = 0; i < word.length(); i++) {
            if (position >= limit || bytes[position] != word.charAt(i)) {
                throw malformed("\"" + word + "\" expected");
            }
            position++;
        }
    }

    private void skipNumber() throws MalformedJsonException {
        if (at('-')) {
            position++;
        }
        if (at('0')) {
            position++;
        } else {
            skipDigits();
        }
        if (at('.')) {
            position++;
            skipDigits();
        }
        if (at('e') || at('E')) {
            position++;
            if (at('+') || at('-')) {
                position++;
            }
            skipDigits();
        }
    }

    private boolean at(char wanted) {
        return position < limit && bytes[position] == wanted;
    }

    private void skipDigits() throws MalformedJsonException {
        int start = position;
        while (position < limit && bytes[position] >= '0' && bytes[position] <= '9') {
            position++;
        }
        if (position == start) {
            throw malformed("a value expected");
        }
    }

    private void skipString() throws MalformedJsonException {
        if (!at('"')) {
            throw malformed("a string expected");
        }
        int p = position + 1;
        while (true) {
            while (p <= limit - Long.BYTES) {
                long special = special((long) EIGHT_BYTES.get(bytes, p));
                if (special != 0) {
                    p += Long.numberOfTrailingZeros(special) / Byte.SIZE;
                    break;
                }
                p += Long.BYTES;
            }
            if (p >= limit) {
                position = limit;
                throw malformed("the end of a string expected");
            }
            byte b = bytes[p];
            if (b == '"') {
                position = p + 1;
                return;
            } else if (b == '\\') {
                p = escapeEnd(p);
            } else if (b < 0) {
                // Such bytes come in rows: the next eight are rarely all ASCII.
                do {
                    int length = Utf8.sequence(bytes, p, limit);
                    if (length == 0) {
                        findings |= NOT_UTF8;
                        length = 1;
                    }
                    p += length;
                } while (p < limit && bytes[p] < 0);
            } else if (b < 0x20) {
                position = p;
                throw malformed("a control character in a string");
            } else {
                p++;
            }
        }
    }

    /**
     * Marks which of eight bytes end a string, begin an escape, are control characters or are not ASCII, in the highest
     * bit of each; 0 for none: the classic zero-byte test on {@code x ^ pattern} (Warren, Hacker's Delight, 6-1). The
     * lowest marked byte is correct; higher ones may be false, because a borrow propagates upwards.
     */
    private static long special(long eight) {
        long control = (eight - ONES * 0x20) & ~eight;
        return (zeros(eight ^ ONES * '"') | zeros(eight ^ ONES * '\\') | control | eight) & HIGHS;
    }

    /** Marks which of eight bytes are zero, in the highest bit of each; the other bits are undefined. */
    private static long zeros(long eight) {
        return (eight - ONES) & ~eight;
    }

    private int escapeEnd(int backslash) throws MalformedJsonException {
        int p = backslash + 1;
        byte kind = p < limit ? bytes[p] : 0;
        switch (kind) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
                return p + 1;
            }
            case 'u' -> {
                for (int i = 1; i <= 4; i++) {
                    if (p + i >= limit || Character.digit(bytes[p + i], 16) < 0) {
                        position = p + i >= limit ? limit : backslash;
                        throw malformed("four hexadecimal digits expected");
                    }
                }
                return p + 5;
            }
            default -> {
                position = p >= limit ? limit : backslash;
                throw malformed("an escape that JSON does not have");
            }
        }
    }

    private void skipBlanks() throws MalformedJsonException {
        while (position < limit) {
            byte b = bytes[position];
            if (b > ' ' && b != '/') {
                return;
            }
            if (b == ' ' || b == '\t') {
                position++;
            } else if (b == '\n' || b == '\r') {
                findings |= LINE_BREAK;
                position++;
            } else if (!lenient || !skipOddity(b)) {
                return;
            }
        }
    }

    private boolean skipOddity(byte first) throws MalformedJsonException {
        int end = first == '/' ? commentEnd(bytes, position, limit) : byteOrderMarkEnd(bytes, position, limit);
        if (end < 0) {
            return false;
        }
        findings |= first == '/' ? COMMENT : BYTE_ORDER_MARK;
        position = end;
        return true;
    }

    /** The position after the comment that begins at {@code start}, or -1 if there is none or it has no end. */
    static int commentEnd(byte[] bytes, int start, int limit) {
        int kind = start + 1 < limit ? bytes[start + 1] : -1;
        if (kind == '/') {
            int p = start + 2;
            while (p < limit && bytes[p] != '\n' && bytes[p] != '\r') {
                p++;
            }
            return p;
        }
        if (kind == '*') {
            for (int p = start + 2; p + 1 < limit; p++) {
                if (bytes[p] == '*' && bytes[p + 1] == '/') {
                    return p + 2;
                }
            }
        }
        return -1;
    }

    /** The position after the byte order mark at {@code start}, or -1 if there is none. */
    static int byteOrderMarkEnd(byte[] bytes, int start, int limit) {
        return start + 2 < limit
                        && bytes[start] == (byte) 0xEF
                        && bytes[start + 1] == (byte) 0xBB
                        && bytes[start + 2] == (byte) 0xBF
                ? start + 3
                : -1;
    }

    private MalformedJsonException malformed(String message) {
        return new MalformedJsonException(position, position >= limit ? message + ", found the end" : message);
    }
}
