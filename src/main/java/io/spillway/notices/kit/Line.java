package io.spillway.notices.kit;

/** Sanitizes untrusted text for a comment or a message. */
final class Line {
    private static final int LONGEST = 60;

    private Line() {}

    /**
     * One line of at most 60 characters: letters, digits and a few characters that are not special to any server;
     * everything else becomes a blank. No backslash is left that could join the next line.
     */
    static String of(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints()
                .map(each -> Character.isLetterOrDigit(each) || ".,-_()/".indexOf(each) >= 0 ? each : ' ')
                .limit(LONGEST)
                .forEach(line::appendCodePoint);
        return line.toString().replaceAll(" +", " ").strip();
    }
}
