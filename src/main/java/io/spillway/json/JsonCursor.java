package io.spillway.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks JSON text (RFC 8259) in UTF-8 bytes, forwards, in one pass and without copying. Every value that is skipped is
 * checked in full: structure, numbers, escapes, control characters; and the cursor notes what a copy on one line has to
 * mend ({@link #findings()}).
 *
 * <p>Two leniencies, both things that Elasticsearch stores and gives back: comments and a byte order mark between the
 * tokens of a value read with {@link #skipDocument()}, and strings whose bytes are not UTF-8. They are findings, not
 * errors; what to do about them is the caller's decision. Depth is limited by memory alone: one bit a level.
 *
 * <p>Not thread-safe. Never reads beyond {@code limit}.
 */
public final class JsonCursor {
    /** A line feed or carriage return between tokens: the value is not on one line. */
    public static final int LINE_BREAK = 1;
    /** A comment between tokens: the value is not JSON as it stands. */
    public static final int COMMENT = 2;
    /** A byte order mark between tokens: the value is not JSON as it stands. */
    public static final int BYTE_ORDER_MARK = 4;
    /** A byte that belongs to no UTF-8 sequence (RFC 3629), inside a string: the value is not UTF-8 as it stands. */
    public static final int NOT_UTF8 = 8;

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final int FIRST_LEVELS = 64;

    private final byte[] bytes;
    private final int limit;
    private int position;
    private boolean lenient;
    private int findings;
    private int afterDocument;
    /** One bit a level, set where the level is an object. */
    private long[] levels = new long[FIRST_LEVELS / Long.SIZE];

    /** A cursor on {@code bytes[from, limit)}. The array stays the caller's and must not change meanwhile. */
    public JsonCursor(byte[] bytes, int from, int limit) {
        if (from < 0 || from > limit || limit > bytes.length) {
            throw new IllegalArgumentException("no range " + from + " to " + limit + " of " + bytes.length + " bytes");
        }
        this.bytes = bytes;
        this.position = from;
        this.limit = limit;
    }

    /** Where the next byte to be read stands. */
    public int position() {
        return position;
    }

    /** Goes back to the first byte of a value that was skipped, to walk it from the inside. */
    public void back(int start) {
        if (start < 0 || start > position) {
            throw new IllegalArgumentException("no way back from " + position + " to " + start);
        }
        position = start;
    }

    /** What the last {@link #skipDocument()} found between its first and last byte: constants of this class, or'ed. */
    public int findings() {
        return findings;
    }

    /** Passes white space and returns the byte that follows it, 0 to 255, which is not consumed; -1 at the end. */
    public int peek() throws MalformedJsonException {
        skipBlanks();
        return position < limit ? bytes[position] & 0xFF : -1;
    }

    /** Passes white space and then exactly this byte. */
    public void expect(char wanted) throws MalformedJsonException {
        if (peek() != wanted) {
            throw malformed("'" + wanted + "' expected");
        }
        position++;
    }

    /** Passes white space and then this byte, if it is the next; says whether it was. */
    public boolean accept(char wanted) throws MalformedJsonException {
        if (peek() != wanted) {
            return false;
        }
        position++;
        return true;
    }

    /** Passes white space, a member's name and its colon; the name must be free of escapes, as our own answers' are. */
    public String name() throws MalformedJsonException {
        peek();
        int start = position;
        skipString();
        String name = new String(bytes, start + 1, position - start - 2, StandardCharsets.UTF_8);
        expect(':');
        return name;
    }

    /** Passes one value of any kind. Its first byte stands where {@link #peek()} left the cursor. */
    public void skipValue() throws MalformedJsonException {
        peek();
        walk();
    }

    /**
     * Passes one object as Elasticsearch may hold it: with comments and a byte order mark between tokens, before and
     * after it. The cursor stands after its last byte; {@link #findings()} speaks of what lies inside.
     *
     * @return where the object's first byte stands
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

    /** Moves behind the comments and blanks that followed the last {@link #skipDocument()}. */
    public void leaveDocument() {
        position = afterDocument;
    }

    /** Fails unless nothing but white space is left. */
    public void expectEnd() throws MalformedJsonException {
        if (peek() != -1) {
            throw malformed("the end expected");
        }
    }

    /** Walks one value, from its first byte to behind its last, without recursion. */
    private void walk() throws MalformedJsonException {
        int depth = 0;
        while (true) {
            // A value begins here.
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
            // A value has ended: what follows belongs to the levels around it.
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
                int length = Utf8.sequence(bytes, p, limit);
                if (length == 0) {
                    findings |= NOT_UTF8;
                    length = 1;
                }
                p += length;
            } else if (b < 0x20) {
                position = p;
                throw malformed("a control character in a string");
            } else {
                p++;
            }
        }
    }

    /**
     * Which of eight bytes end a string, begin an escape, are control characters or lie outside ASCII, as the highest bit
     * of each; 0 for none: the classic zero-byte test on {@code x ^ pattern} (Warren, Hacker's Delight, 6-1). The lowest
     * that is marked is one; those above it may be plain, since a borrow runs upwards.
     */
    private static long special(long eight) {
        long quote = eight ^ ONES * '"';
        long backslash = eight ^ ONES * '\\';
        long control = (eight - ONES * 0x20) & ~eight;
        return (((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash) | control | eight) & HIGHS;
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

    /** The position behind the comment that begins at {@code start}, or -1 if none does, or it never ends. */
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

    /** The position behind the byte order mark at {@code start}, or -1 if there is none. */
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
