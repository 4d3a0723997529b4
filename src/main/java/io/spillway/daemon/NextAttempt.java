package io.spillway.daemon;

import io.spillway.fault.SpillwayException;
import java.time.Instant;

/** Where a dataset's next attempt is kept, so that it outlives this process; there is at most one. */
interface NextAttempt {
    /** Puts one in, instead of any that is there. */
    void at(Instant time, int attempt, Work work) throws SpillwayException;

    /** Takes out what is there, as nothing is left to do. */
    void drop() throws SpillwayException;
}
