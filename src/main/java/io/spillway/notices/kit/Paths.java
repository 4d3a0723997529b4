package io.spillway.notices.kit;

import java.util.regex.Pattern;

/** Paths that may be in a configuration. Of their characters only the dot means something in an expression. */
final class Paths {
    private static final Pattern SAFE = Pattern.compile("/[A-Za-z0-9/_.~-]{0,500}\\*?");

    private Paths() {}

    static String require(String path) {
        if (!SAFE.matcher(path).matches()) {
            throw new IllegalArgumentException(
                    "a path with characters that have no place in a server's configuration: " + "\"" + Line.of(path)
                            + "\"; A-Za-z0-9 and /_.~- have, after a / at the start, and a * at the end");
        }
        return path;
    }

    /** An expression for addresses that begin with the path. */
    static String beginning(String path) {
        return "^" + path.replace(".", "\\.");
    }

    /**
     * An expression for the paths that one path covers: itself and what is below it; with a star at its end everything that
     * begins with it. A semicolon begins parameters of a path, which applications ignore.
     */
    static String covered(String path) {
        return covered(path, "(?:[/;]|$)");
    }

    /** The same for an address in which a query may follow the path. */
    static String coveredBeforeAQuery(String path) {
        return covered(path, "(?:[/;?]|$)");
    }

    private static String covered(String path, String end) {
        if (path.endsWith("*")) {
            return beginning(path.substring(0, path.length() - 1));
        }
        return path.endsWith("/") ? beginning(path) : beginning(path) + end;
    }
}
