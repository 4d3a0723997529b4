package io.spillway.notices;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Converts user text to one line without hidden characters: no line breaks and no terminal escape sequences. */
final class PlainText {
    /** Java's approximation of a user-perceived character: a letter with its marks, a family of emoji. */
    private static final Pattern GRAPHEME = Pattern.compile("\\X");

    private static final String MORE = "…";

    private PlainText() {}

    /**
     * One line of at most {@code maxBytes} bytes of UTF-8, 3 or more, cut between graphemes and marked with an ellipsis
     * if cut.
     */
    static String line(String text, int maxBytes) {
        String clean = clean(text);
        if (bytes(clean) <= maxBytes) {
            return clean;
        }
        int room = maxBytes - bytes(MORE);
        int end = 0;
        Matcher grapheme = GRAPHEME.matcher(clean);
        while (grapheme.find()) {
            room -= bytes(grapheme.group());
            if (room < 0) {
                break;
            }
            end = grapheme.end();
        }
        return clean.substring(0, end).strip() + MORE;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * Replaces control characters and line ends by spaces, collapses spaces, and removes characters that change the
     * direction of the following text.
     */
    private static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (isSpace(c)) {
                if (!clean.isEmpty() && clean.charAt(clean.length() - 1) != ' ') {
                    clean.append(' ');
                }
            } else if (isNoCharacter(c)) {
                clean.append('\uFFFD');
            } else if (!changesDirection(c)) {
                clean.appendCodePoint(c);
            }
        });
        return clean.toString().strip();
    }

    private static boolean isSpace(int c) {
        return Character.isISOControl(c) || Character.isSpaceChar(c);
    }

    /** Unpaired surrogates and noncharacters. */
    private static boolean isNoCharacter(int c) {
        return (c >= 0xD800 && c <= 0xDFFF) || (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
    }

    /** Embeddings, overrides and isolates would affect the following text; letters have their own direction. */
    private static boolean changesDirection(int c) {
        return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    }
}
