package io.spillway.catalog;

import org.jspecify.annotations.Nullable;

/** What is read from a file may lack anything, whatever the types say. */
final class Present {
    private Present() {}

    /** Fails with {@link IllegalArgumentException} where one of {@code members} is null. */
    static void members(String what, @Nullable Object... members) {
        for (Object member : members) {
            if (member == null) {
                throw new IllegalArgumentException(what + " lacks a member that it must have");
            }
        }
    }
}
