package io.spillway.fields;

/** The outcome for a value. */
enum Outcome {
    /** It is published, at least in part. */
    KEPT,
    /** It is published and empty. */
    KEPT_EMPTY,
    /** An object or array without a member, published if its field may be shown. */
    EMPTY,
    /** An object or array whose content is not published; it can be left out or kept empty. */
    HOLLOW,
    /** Nothing of it is published. */
    DROPPED
}
