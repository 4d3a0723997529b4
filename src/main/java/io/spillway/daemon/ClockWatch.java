package io.spillway.daemon;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * Detects that the machine's clock was set, or was suspended, by comparing it with a monotonic clock. For use by one
 * thread.
 */
final class ClockWatch {
    /** A synchronized clock is adjusted by far less between two checks. */
    private static final Duration TOLERANCE = Duration.ofMinutes(1);

    private final Clock clock;
    private final LongSupplier nanos;
    private Instant then;
    private long thenNanos;

    /** @param nanos monotonic nanoseconds with an arbitrary origin, as {@link System#nanoTime} */
    ClockWatch(Clock clock, LongSupplier nanos) {
        this.clock = clock;
        this.nanos = nanos;
        this.then = clock.instant();
        this.thenNanos = nanos.getAsLong();
    }

    /** How far the clock has jumped since the last check; negative if it went back, zero within the tolerance. */
    Duration jumped() {
        Instant now = clock.instant();
        long nowNanos = nanos.getAsLong();
        Duration by = Duration.between(then, now).minusNanos(nowNanos - thenNanos);
        then = now;
        thenNanos = nowNanos;
        return by.abs().compareTo(TOLERANCE) > 0 ? by : Duration.ZERO;
    }
}
