package io.spillway.daemon;

import org.jspecify.annotations.Nullable;

/**
 * A running attempt. Its thread is interrupted only while it exports: elsewhere an interrupt could close the file of
 * the state database, because the JDK closes a file when a thread that reads it is interrupted.
 *
 * <p>Created by the thread that runs the attempt; {@link #interrupt} is for other threads.
 */
final class UnderWay {
    private final Thread thread = Thread.currentThread();
    private boolean exporting;
    private @Nullable Interruption interruption;

    /** Why an attempt was interrupted. */
    enum Interruption {
        TIME_LIMIT,
        END
    }

    /** Interrupts the attempt; the first reason is kept. */
    synchronized void interrupt(Interruption why) {
        if (interruption == null) {
            interruption = why;
            if (exporting) {
                thread.interrupt();
            }
        }
    }

    /** Whether the export may start. */
    synchronized boolean begin() {
        exporting = interruption == null;
        return exporting;
    }

    /** Call when the export has ended; returns why it was interrupted, or null. */
    synchronized @Nullable Interruption finish() {
        exporting = false;
        // Clear the interrupt so that it does not affect the following work.
        var unused = Thread.interrupted();
        return interruption;
    }
}
