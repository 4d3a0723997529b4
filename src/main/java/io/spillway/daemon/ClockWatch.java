package io.spillway.daemon;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * Notices that the machine's clock was set, or stood still, by comparing it with one that only counts. For one thread.
 */
final class ClockWatch {
    /** A clock that is kept right moves by far less between two looks. */
    private static final Duration TOLERANCE = Duration.ofMinutes(1);

    private final Clock clock;
    private final LongSupplier nanos;
    private Instant then;
    private long thenNanos;

    /** @param nanos counts nanoseconds from any beginning, as {@link System#nanoTime} does */
    ClockWatch(Clock clock, LongSupplier nanos) {
        this.clock = clock;
        this.nanos = nanos;
        this.then = clock.instant();
        this.thenNanos = nanos.getAsLong();
    }

    /** By how much the clock has jumped since the last look; negative where back, zero where it has not. */
    Duration jumped() {
        Instant now = clock.instant();
        long nowNanos = nanos.getAsLong();
        Duration by = Duration.between(then, now).minusNanos(nowNanos - thenNanos);
        then = now;
        thenNanos = nowNanos;
        return by.abs().compareTo(TOLERANCE) > 0 ? by : Duration.ZERO;
    }
}
