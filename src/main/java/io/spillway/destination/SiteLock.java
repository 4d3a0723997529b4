package io.spillway.destination;

import io.spillway.fault.SpillwayException;
import java.time.Duration;

/** The capability of a destination where the writers of a site's files can take turns. Thread-safe. */
public interface SiteLock {

    /**
     * Takes the lock for files of all datasets, such as {@code links.json}. Waits up to {@code patience} while another
     * process holds it, and then fails with {@code ALREADY_RUNNING}. The caller closes the lock.
     */
    Held lockSite(Duration patience) throws SpillwayException, InterruptedException;

    /** A lock that is held until it is closed. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }
}
