package io.spillway.notices.kit;

import java.util.regex.Pattern;

/** Paths that are safe in a configuration. Of their characters only the dot is special in an expression. */
final class Paths {
    private static final Pattern SAFE = Pattern.compile("/[A-Za-z0-9/_.~-]{0,500}\\*?");

    private Paths() {}

    static String require(String path) {
        if (!SAFE.matcher(path).matches()) {
            throw new IllegalArgumentException(
                    "a path with characters that cannot be used in a server's configuration: " + "\"" + Line.of(path)
                            + "\"; start with / and use A-Za-z0-9 and /_.~-, with an optional * at the end");
        }
        return path;
    }

    /** An expression for URLs that start with the path. */
    static String beginning(String path) {
        return "^" + path.replace(".", "\\.");
    }

    /**
     * An expression for the paths that one path covers: itself and everything below it; with a trailing star everything
     * that starts with it. A semicolon starts path parameters, which applications ignore.
     */
    static String covered(String path) {
        return covered(path, "(?:[/;]|$)");
    }

    /** The same for a URL in which a query may follow the path. */
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
