package io.spillway.json;

/** Well-formed UTF-8 as in RFC 3629, section 4: no surrogates, no overlong forms, nothing above U+10FFFF. */
final class Utf8 {
    private Utf8() {}

    /** The length of the well-formed sequence of two to four bytes at {@code p}, or 0 if there is none. */
    static int sequence(byte[] bytes, int p, int limit) {
        int lead = bytes[p] & 0xFF;
        if (lead < 0xC2 || lead > 0xF4) {
            return 0;
        }
        int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (p + length > limit) {
            return 0;
        }
        int second = bytes[p + 1] & 0xFF;
        int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (second < low || second > high) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if ((bytes[p + i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length;
    }
}
