package io.spillway.json;

import java.nio.charset.StandardCharsets;

/**
 * Decodes the escapes of JSON strings. Accepts only strings that {@link JsonCursor} has passed without an error.
 *
 * <p>An unpaired surrogate, such as {@code \}{@code ud800}, is valid in JSON and Elasticsearch but is not a character,
 * and UTF-8 cannot encode it: its escape is kept as six characters of text.
 */
public final class Escapes {
    /** From the backslash to after the fourth digit. */
    private static final int UNIT = 6;

    private Escapes() {}

    /** The text of {@code bytes[from, to)}, the content of a string without its quotes, in UTF-8. */
    public static String text(byte[] bytes, int from, int to) {
        if (!within(bytes, from, to)) {
            return new String(bytes, from, to - from, StandardCharsets.UTF_8);
        }
        byte[] decoded = new byte[to - from];
        int length = decode(bytes, from, to, decoded);
        return new String(decoded, 0, length, StandardCharsets.UTF_8);
    }

    /** Whether {@code bytes[from, to)} contains an escape. */
    public static boolean within(byte[] bytes, int from, int to) {
        for (int p = from; p < to; p++) {
            if (bytes[p] == '\\') {
                return true;
            }
        }
        return false;
    }

    /**
     * Decodes the content of a string without its quotes. No escape is shorter than its UTF-8, so the same number of
     * bytes is sufficient.
     *
     * @return number of bytes written to {@code into}
     */
    public static int decode(byte[] bytes, int from, int to, byte[] into) {
        return decode(bytes, from, to, into, false);
    }

    /**
     * The same for a member's name. The kept escape of an unpaired surrogate has lower-case digits, so that a name has one
     * form however a document spells it.
     */
    public static int decodeName(byte[] bytes, int from, int to, byte[] into) {
        return decode(bytes, from, to, into, true);
    }

    private static int decode(byte[] bytes, int from, int to, byte[] into, boolean lowerCase) {
        int length = 0;
        int p = from;
        while (p < to) {
            byte b = bytes[p];
            if (b != '\\') {
                into[length++] = b;
                p++;
                continue;
            }
            byte kind = bytes[p + 1];
            if (kind != 'u') {
                into[length++] = letter(kind);
                p += 2;
                continue;
            }
            int unit = unit(bytes, p);
            int low = p + 2 * UNIT <= to && bytes[p + UNIT] == '\\' && bytes[p + UNIT + 1] == 'u'
                    ? unit(bytes, p + UNIT)
                    : -1;
            if (Character.isHighSurrogate((char) unit) && low >= 0 && Character.isLowSurrogate((char) low)) {
                length = put(Character.toCodePoint((char) unit, (char) low), into, length);
                p += 2 * UNIT;
            } else if (Character.isSurrogate((char) unit)) {
                System.arraycopy(bytes, p, into, length, UNIT);
                for (int i = length + 2; lowerCase && i < length + UNIT; i++) {
                    into[i] = (byte) Character.toLowerCase(into[i]);
                }
                length += UNIT;
                p += UNIT;
            } else {
                length = put(unit, into, length);
                p += UNIT;
            }
        }
        return length;
    }

    private static byte letter(byte kind) {
        return switch (kind) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> kind;
        };
    }

    private static int unit(byte[] bytes, int backslash) {
        int unit = 0;
        for (int i = 2; i < UNIT; i++) {
            unit = unit << 4 | Character.digit(bytes[backslash + i], 16);
        }
        return unit;
    }

    private static int put(int codePoint, byte[] into, int at) {
        if (codePoint < 0x80) {
            into[at] = (byte) codePoint;
            return at + 1;
        }
        int length = codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
        int rest = codePoint;
        for (int p = at + length - 1; p > at; p--) {
            into[p] = (byte) (0x80 | (rest & 0x3F));
            rest >>= 6;
        }
        // As many ones as there are bytes, a zero, and the remaining bits of the code point.
        into[at] = (byte) ((0xF00 >> length) | rest);
        return at + length;
    }
}
