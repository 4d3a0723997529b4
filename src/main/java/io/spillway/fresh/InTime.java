package io.spillway.fresh;

import io.spillway.destination.PublicFiles;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The same files with a time limit: after it, no more requests are sent. A pending response is still awaited, as long
 * as the wrapped object's own timeouts allow.
 */
public final class InTime implements PublicFiles {
    private final PublicFiles web;
    private final Clock clock;
    private final Duration limit;
    private final Instant end;

    /** Starts now and lasts for {@code limit}. */
    public InTime(PublicFiles web, Clock clock, Duration limit) {
        this.web = web;
        this.clock = clock;
        this.limit = limit;
        this.end = clock.instant().plus(limit);
    }

    @Override
    public Optional<Look> look(URI address) throws SpillwayException {
        requireTime(address);
        return web.look(address);
    }

    @Override
    public InputStream open(URI address) throws SpillwayException {
        requireTime(address);
        return new FilterInputStream(web.open(address)) {
            @Override
            public int read() throws IOException {
                throw new UnsupportedOperationException("read in bulk");
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                if (isOver()) {
                    throw new IOException(over());
                }
                return super.read(target, offset, length);
            }
        };
    }

    private void requireTime(URI address) throws SpillwayException {
        if (isOver()) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, address + " was not requested: " + over(), "raise --time-limit");
        }
    }

    private boolean isOver() {
        return clock.instant().isAfter(end);
    }

    private String over() {
        return "the check took longer than " + Ages.text(limit);
    }
}
