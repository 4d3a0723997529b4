package io.spillway.fields;

/** What became of a value. */
enum Outcome {
    /** It is published, or some of it. */
    KEPT,
    /** It is published, and there is nothing in it. */
    KEPT_EMPTY,
    /** An object or array without a member, which is published where its field may be shown. */
    EMPTY,
    /** An object or array with something in it of which nothing is published; it can be left out or stay hollow. */
    HOLLOW,
    /** Nothing of it is published. */
    DROPPED
}
