package io.spillway.catalog;

import org.jspecify.annotations.Nullable;

/** Checks values read from a file, which can lack any member whatever the types declare. */
final class Present {
    private Present() {}

    /** @throws IllegalArgumentException if one of {@code members} is null */
    static void members(String what, @Nullable Object... members) {
        for (Object member : members) {
            if (member == null) {
                throw new IllegalArgumentException(what + " lacks a required member");
            }
        }
    }
}
