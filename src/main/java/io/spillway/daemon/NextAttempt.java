package io.spillway.daemon;

import io.spillway.fault.SpillwayException;
import java.time.Instant;

/** Stores a dataset's next attempt so that it survives this process; there is at most one. */
interface NextAttempt {
    /** Stores an attempt, replacing any stored one. */
    void at(Instant time, int attempt, Work work) throws SpillwayException;

    /** Removes the stored attempt, because no work is left. */
    void drop() throws SpillwayException;
}
