package io.spillway.fields;

import org.jspecify.annotations.Nullable;

/**
 * The decision on a field.
 *
 * @param kind published, blurred, withheld, or undecided
 * @param rule the rule that decided, as in the schedule, or null if none did
 * @param blur how it is blurred, or null
 */
public record Decision(
        Kind kind, @Nullable String rule, @Nullable Blur blur) {

    /** Kinds of decisions. */
    public enum Kind {
        /** Its values are published as they were indexed. */
        PUBLISHED,
        /** Its values are published in a less identifying form. */
        BLURRED,
        /** Neither its values nor its name are published. */
        WITHHELD,
        /** There is no decision. */
        UNDECIDED
    }
}
