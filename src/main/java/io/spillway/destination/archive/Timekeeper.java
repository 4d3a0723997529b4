package io.spillway.destination.archive;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The clock for waits, which tests replace by one that does not wait. Thread-safe. */
interface Timekeeper {
    /** The system clock. */
    Timekeeper SYSTEM = new Timekeeper() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void sleep(Duration pause) throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
        }
    };

    /** As {@link System#nanoTime}. */
    long nanoTime();

    /** Returns after {@code pause}. */
    void sleep(Duration pause) throws InterruptedException;

    /** The time since {@code nanoTime}. */
    default Duration since(long nanoTime) {
        return Duration.ofNanos(nanoTime() - nanoTime);
    }
}
