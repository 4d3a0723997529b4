package io.spillway.manifest;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks values read from a file, which can lack any member whatever the types declare. */
final class Required {
    /** A name that is valid as the last segment of a key at every destination, and is not a hidden file. */
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");

    private Required() {}

    /** @throws IllegalArgumentException if {@code name} could be outside of the dump's folder */
    static void fileName(String name) {
        if (!FILE_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not the name of a file in a dump: \"" + name + "\"");
        }
    }

    /** @throws IllegalArgumentException if one of {@code members} is null */
    static void members(String what, @Nullable Object... members) {
        for (Object member : members) {
            if (member == null) {
                throw new IllegalArgumentException(what + " lacks a required member");
            }
        }
    }
}
