package io.spillway.source;

import io.spillway.fault.SpillwayException;
import java.util.Optional;

/** Reads one slice, page by page, in the snapshot's order. Belongs to one thread. */
public interface PageReader extends AutoCloseable {

    /**
     * The next page, or empty once the slice is exhausted. Empty never means stopped: a cancelled reader throws. A page
     * is valid until the next call of this method or of {@link #close()}, which give its bytes back.
     *
     * @throws SpillwayException    the page could not be had, after every retry; nothing of it was returned
     * @throws InterruptedException the thread was interrupted
     */
    Optional<Page> next() throws SpillwayException, InterruptedException;

    @Override
    void close();
}
