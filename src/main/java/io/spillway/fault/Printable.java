package io.spillway.fault;

/**
 * How text that others wrote is shown to people: what a terminal would obey, or what would start a new line of a log,
 * becomes an escape such as {@code \}{@code u001b}. Inside a JSON string the escape has the same meaning, so that escaped
 * JSON is the same JSON.
 */
public final class Printable {
    private Printable() {}

    /** The text as one line: also its line ends become escapes. Tabs stay. */
    public static String line(String text) {
        return escaped(text, false);
    }

    /** The text with its line ends, which are {@code \n}; every other control character becomes an escape. */
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

    /** Control characters (C0, DEL, C1), line and paragraph separators, and what changes the direction of text. */
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
