package io.spillway.destination.archive;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The time that waits are measured in; a test has one of its own that does not wait. Safe for use by many threads. */
interface Timekeeper {
    /** The machine's. */
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

    /** How long ago {@code nanoTime} was. */
    default Duration since(long nanoTime) {
        return Duration.ofNanos(nanoTime() - nanoTime);
    }
}
