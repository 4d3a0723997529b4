package io.spillway.fault;

import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import org.jspecify.annotations.Nullable;

/**
 * A run, or a step of it, failed. The message describes what failed, on what and with which values; the hint describes
 * what to do. Both are lower case without a full stop, one line each, and never contain a secret.
 */
public final class SpillwayException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Fault fault;
    private final @Nullable String hint;

    /** Creates a failure without a cause. */
    public SpillwayException(Fault fault, String message, @Nullable String hint) {
        this(fault, message, hint, null);
    }

    /**
     * Creates a failure with a cause, which is kept for {@code --stacktrace}. If the cause is an interrupt of the
     * thread, the fault is {@link Fault#CANCELLED} regardless of {@code fault}: an interrupt closes the file that is
     * being read or written, which looks like a failure of its storage.
     */
    public SpillwayException(Fault fault, String message, @Nullable String hint, @Nullable Throwable cause) {
        super(message, cause);
        this.fault = isInterrupt(cause) ? Fault.CANCELLED : fault;
        this.hint = hint;
    }

    /**
     * The failure of a method that cannot throw {@link InterruptedException}. Interrupts this thread again, so that its
     * caller can find out, too.
     *
     * @param during what was interrupted, such as {@code while reading X}
     */
    public static SpillwayException cancelled(String during, Exception interrupt) {
        Thread.currentThread().interrupt();
        return new SpillwayException(Fault.CANCELLED, "cancelled " + during, null, interrupt);
    }

    private static boolean isInterrupt(@Nullable Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof InterruptedException
                    || at instanceof ClosedByInterruptException
                    || at instanceof FileLockInterruptionException) {
                return true;
            }
        }
        return false;
    }

    /** The kind of failure. */
    public Fault fault() {
        return fault;
    }

    /** What to do about it, or null if there is no advice beyond the message. */
    public @Nullable String hint() {
        return hint;
    }
}
