package io.spillway.source.repository;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** The text of an id from the bytes that the server stores: digits, base64url and other texts have forms of their own. */
final class DocumentId {
    private static final int TEXT = 0xFF;
    private static final int DIGITS = 0xFE;
    /** Before base64url whose first byte could be one of these. */
    private static final int ESCAPE = 0xFD;

    private static final int NO_DIGIT = 0xF;

    private DocumentId() {}

    /** @throws IOException if the bytes are not an id */
    static String decode(byte[] stored) throws IOException {
        if (stored.length == 0) {
            throw new IOException("a document has an empty id");
        }
        return switch (stored[0] & 0xFF) {
            case TEXT -> new String(stored, 1, stored.length - 1, StandardCharsets.UTF_8);
            case DIGITS -> digits(stored);
            case ESCAPE -> base64(Arrays.copyOfRange(stored, 1, stored.length));
            default -> base64(stored);
        };
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String digits(byte[] stored) throws IOException {
        StringBuilder text = new StringBuilder(stored.length * 2);
        for (int i = 1; i < stored.length; i++) {
            add(text, (stored[i] & 0xFF) >>> 4, false);
            add(text, stored[i] & 0xF, i == stored.length - 1);
        }
        return text.toString();
    }

    private static void add(StringBuilder text, int digit, boolean last) throws IOException {
        if (digit < 10) {
            text.append((char) ('0' + digit));
        } else if (digit != NO_DIGIT || !last) {
            throw new IOException("a document has an id of digits with the value " + digit);
        }
    }
}
