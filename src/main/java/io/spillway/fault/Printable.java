package io.spillway.fault;

/**
 * Escapes untrusted text for display: characters that control a terminal or start a new log line become escapes such as
 * {@code \}{@code u001b}. Inside a JSON string the escape has the same meaning, so escaped JSON is equivalent JSON.
 */
public final class Printable {
    private Printable() {}

    /** The text as one line: line ends are escaped, too. Tabs stay. */
    public static String line(String text) {
        return escaped(text, false);
    }

    /** The text with its line ends, which are {@code \n}; every other control character is escaped. */
    public static String lines(String text) {
        return escaped(text, true);
    }

    private static String escaped(String text, boolean lineEnds) {
        int first = 0;
        while (first < text.length() && isHarmless(text.charAt(first), lineEnds)) {
            first++;
        }
        if (first == text.length()) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isHarmless(c, lineEnds)) {
                escaped.append(c);
            } else {
                escaped.append("\\u%04x".formatted((int) c));
            }
        }
        return escaped.toString();
    }

    private static boolean isHarmless(char c, boolean lineEnds) {
        return c == '\t' || (c == '\n' && lineEnds) || !isControl(c);
    }

    /**
     * Control characters (C0, DEL, C1), line and paragraph separators, and characters that change the text direction.
     */
    private static boolean isControl(char c) {
        return Character.isISOControl(c)
                || c == '\u2028'
                || c == '\u2029'
                || c == '\u061c'
                || c == '\u200e'
                || c == '\u200f'
                || (c >= '\u202a' && c <= '\u202e')
                || (c >= '\u2066' && c <= '\u2069');
    }
}
