package io.spillway.source;

import io.spillway.fault.SpillwayException;
import java.util.Optional;

/** Reads one slice, page by page, in the snapshot's order. Not thread-safe. */
public interface PageReader extends AutoCloseable {

    /**
     * The next page; empty when the slice is exhausted. Empty never means cancelled: a cancelled reader throws. A page
     * is valid until the next call of this method or of {@link #close()}, which release its bytes.
     *
     * @throws SpillwayException if the page could not be read after all retries; none of its documents was returned
     * @throws InterruptedException if the thread was interrupted
     */
    Optional<Page> next() throws SpillwayException, InterruptedException;

    @Override
    void close();
}
