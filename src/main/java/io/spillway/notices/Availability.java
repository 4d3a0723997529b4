package io.spillway.notices;

import java.util.Locale;

/** Whether there is a dump to point at; only {@link #AVAILABLE} comes with addresses of files. */
public enum Availability {
    /** Its files answered a check. */
    AVAILABLE,
    /** There is a dump, but one after it is long overdue. */
    STALE,
    /** There is none, as the last one was taken back. */
    WITHDRAWN,
    /** There is a dump, but no public address of it answered. */
    UNREACHABLE,
    /** There is none. */
    NONE;

    /** The word that notices have for it: {@code available}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
