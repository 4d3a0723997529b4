package io.spillway.daemon;

import org.jspecify.annotations.Nullable;

/**
 * An attempt under way. Its thread is interrupted only while it exports: elsewhere an interrupt would meet the state
 * database, whose file the JDK closes when a thread that reads it is interrupted.
 *
 * <p>Made by the thread that it is about; {@link #interrupt} is for any other.
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

    /** Interrupts it, for the first reason that is given. */
    synchronized void interrupt(Interruption why) {
        if (interruption == null) {
            interruption = why;
            if (exporting) {
                thread.interrupt();
            }
        }
    }

    /** Whether the export may begin. */
    synchronized boolean begin() {
        exporting = interruption == null;
        return exporting;
    }

    /** The export has ended; why it was interrupted, or null if it was not. */
    synchronized @Nullable Interruption finish() {
        exporting = false;
        // What is left of our own interrupt must not meet the work that follows.
        var unused = Thread.interrupted();
        return interruption;
    }
}
