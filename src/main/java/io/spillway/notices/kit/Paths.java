package io.spillway.notices.kit;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Paths that may be in a configuration, as expressions. A path may be written percent-encoded or with letters outside of
 * ASCII: servers compare paths decoded, except for Varnish, which compares them as they were sent.
 */
final class Paths {
    private static final Pattern WRITTEN =
            Pattern.compile("/(?:[A-Za-z0-9/_.~-]|[^\\x00-\\x7F]|%[0-9A-Fa-f]{2}){0,500}");

    /** Signs that may only be there percent-encoded. */
    private static final String ENCODED = " !&()+,:=@";

    /** The parameters of a segment, which applications ignore: {@code /api;a=b/search}. */
    private static final String PARAMETERS = "(?:;[^/?]*)?";

    /** A slash, which may be doubled. */
    private static final String SLASH = "/+";

    /** The same, or a backslash, which some applications read as a slash. */
    private static final String ANY_SLASH = "[/\\x5C]+";

    private static final String ANY_SLASH_AS_SENT = "(?:[/\\x5C]|%5[Cc])+";

    /** Characters that end a segment: a path of a language in which NUL ends a text ends there. */
    private static final String END = "/;\\x5C\\x00";

    /**
     * An expression for paths in which an application may see other segments than a server does: it drops parameters
     * before it resolves dots ({@code /x/..;/search}), reads a backslash as a slash, or ends the path at a NUL.
     */
    static final String ODD = "/(?:\\.\\.?)?;|[\\x5C\\x00]";

    private Paths() {}

    static String require(String path) {
        if (!isSafe(path.endsWith("*") ? path.substring(0, path.length() - 1) : path)) {
            throw new IllegalArgumentException(
                    "a path with characters that have no place in a server's configuration: " + "\"" + Line.of(path)
                            + "\"; letters, digits and /_.~- have, after a / at the start, and a * at the end; the"
                            + " percent-encoded form of a / has not");
        }
        return path;
    }

    /** Whether a path without a star may be in a configuration. */
    static boolean isSafe(String path) {
        return WRITTEN.matcher(path).matches()
                && decoded(path).codePoints().allMatch(Paths::isSafe)
                && !path.toLowerCase(Locale.ROOT).contains("%2f");
    }

    private static boolean isSafe(int c) {
        if (c < 0x80) {
            return (c >= '0' && c <= '9')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || "/_.~-".indexOf(c) >= 0
                    || ENCODED.indexOf(c) >= 0;
        }
        return Character.isLetterOrDigit(c) || Character.getType(c) == Character.NON_SPACING_MARK;
    }

    /** What is not UTF-8 becomes U+FFFD, which is not safe. */
    static String decoded(String path) {
        return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** An expression for paths that begin with the path, where the server has decoded them. */
    static String beginning(String path) {
        return beginning(path, SLASH);
    }

    private static String beginning(String path, String slash) {
        StringBuilder expression = new StringBuilder();
        decoded(path).codePoints().forEach(c -> {
            if (c == '/') {
                expression.append(expression.isEmpty() ? "^" + slash : PARAMETERS + slash);
            } else if (c == '.') {
                expression.append("\\.");
            } else if (c < 0x80 && ENCODED.indexOf(c) >= 0) {
                expression.append("\\x%02X".formatted(c));
            } else {
                expression.appendCodePoint(c);
            }
        });
        return expression.toString();
    }

    /** The same where the server has not decoded them. Letters and digits of ASCII are not expected to be encoded. */
    static String beginningAsSent(String path) {
        return beginningAsSent(path, SLASH);
    }

    private static String beginningAsSent(String path, String slash) {
        StringBuilder expression = new StringBuilder();
        for (byte each : decoded(path).getBytes(StandardCharsets.UTF_8)) {
            int c = each & 0xff;
            if (c == '/') {
                expression.append(expression.isEmpty() ? "^" + slash : PARAMETERS + slash);
            } else if (c == '.') {
                expression.append("\\.");
            } else if (c >= 0x80 || ENCODED.indexOf(c) >= 0) {
                String hex = "%02X".formatted(c);
                expression.append(c == ' ' ? "(?:" : "(?:\\x" + hex + "|").append('%');
                hex.chars()
                        .forEach(digit -> expression.append(
                                digit > '9' ? "[%c%c]".formatted(digit, Character.toLowerCase(digit)) : (char) digit));
                expression.append(')');
            } else {
                expression.append((char) c);
            }
        }
        return expression.toString();
    }

    /**
     * An expression for the paths that one path covers: itself and everything below it; with a trailing star everything
     * that starts with it. A semicolon starts path parameters, which applications ignore. Some of them read a backslash as
     * a slash, or end the path at a NUL. Letters of ASCII match in
     * either case, because applications may ignore it.
     */
    static String covered(String path) {
        return "(?i)"
                + (path.endsWith("*")
                        ? beginning(path.substring(0, path.length() - 1), ANY_SLASH)
                        : beginning(path, ANY_SLASH) + (path.endsWith("/") ? "" : "(?:[" + END + "]|$)"));
    }

    /** The same for an address as it was sent, in which a query may follow the path. */
    static String coveredBeforeAQuery(String path) {
        return "(?i)"
                + (path.endsWith("*")
                        ? beginningAsSent(path.substring(0, path.length() - 1), ANY_SLASH_AS_SENT)
                        : beginningAsSent(path, ANY_SLASH_AS_SENT)
                                + (path.endsWith("/") ? "" : "(?:[?" + END + "]|%00|%5[Cc]|$)"));
    }

    /** The path in ASCII, percent-encoded where it has to be. */
    static String encoded(String path) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : decoded(path).getBytes(StandardCharsets.UTF_8)) {
            int c = each & 0xff;
            encoded.append(c >= 0x80 || ENCODED.indexOf(c) >= 0 ? "%%%02X".formatted(c) : String.valueOf((char) c));
        }
        return encoded.toString();
    }
}
