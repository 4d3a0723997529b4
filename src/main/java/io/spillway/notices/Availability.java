package io.spillway.notices;

import java.util.Locale;

/** Whether a notice can name a dump; only {@link #AVAILABLE} comes with URLs of files. */
public enum Availability {
    /** Its files answered a check. */
    AVAILABLE,
    /** There is a dump, but its successor is long overdue. */
    STALE,
    /** There is none, because the last one was withdrawn. */
    WITHDRAWN,
    /** There is a dump, but none of its public URLs answered. */
    UNREACHABLE,
    /** There is none. */
    NONE;

    /** The value in notices: {@code available}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
