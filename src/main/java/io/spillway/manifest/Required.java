package io.spillway.manifest;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is read from a file may lack anything, whatever the types say. */
final class Required {
    /** A name that is a key's last segment at every destination and no hidden file of ours. */
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");

    private Required() {}

    /** Fails with {@link IllegalArgumentException} where {@code name} could leave the dump's folder. */
    static void fileName(String name) {
        if (!FILE_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not the name of a file in a dump: \"" + name + "\"");
        }
    }

    /** Fails with {@link IllegalArgumentException} where one of {@code members} is null. */
    static void members(String what, @Nullable Object... members) {
        for (Object member : members) {
            if (member == null) {
                throw new IllegalArgumentException(what + " lacks a member that it must have");
            }
        }
    }
}
