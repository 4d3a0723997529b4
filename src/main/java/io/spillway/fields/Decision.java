package io.spillway.fields;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of a field.
 *
 * @param kind  published, blurred, withheld, or not decided
 * @param rule  the rule that decided, as it stands in the file, or null where none did
 * @param blur  how it is blurred; only where it is
 */
public record Decision(
        Kind kind, @Nullable String rule, @Nullable Blur blur) {

    /** What can become of a field. */
    public enum Kind {
        /** Its values are published as they were indexed. */
        PUBLISHED,
        /** Its values are published, made less telling. */
        BLURRED,
        /** Neither its values nor its name are published. */
        WITHHELD,
        /** Nobody has decided. */
        UNDECIDED
    }
}
