package io.spillway.notices.kit;

import java.util.regex.Pattern;

/** Paths that may stand in a configuration. Of their alphabet only the dot means something in an expression. */
final class Paths {
    private static final Pattern SAFE = Pattern.compile("/[A-Za-z0-9/_.~-]{0,500}");

    private Paths() {}

    static String require(String path) {
        if (!SAFE.matcher(path).matches()) {
            throw new IllegalArgumentException("a path with characters that have no place in a server's configuration: "
                    + "\"" + Line.of(path) + "\"; A-Za-z0-9 and /_.~- have, after a / at the start");
        }
        return path;
    }

    /** An expression for addresses that begin with the path. */
    static String beginning(String path) {
        return "^" + path.replace(".", "\\.");
    }
}
