package io.spillway.fault;

import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import org.jspecify.annotations.Nullable;

/**
 * A run, or a step of it, failed. The message says what failed, on what and with which values; the hint says what to
 * do. Both are lower case without a full stop, one line each, and never hold a secret.
 */
public final class SpillwayException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Fault fault;
    private final @Nullable String hint;

    /** A failure without an underlying one. */
    public SpillwayException(Fault fault, String message, @Nullable String hint) {
        this(fault, message, hint, null);
    }

    /**
     * A failure caused by another, which is kept for {@code --stacktrace}. Where the cause is that the thread was
     * interrupted, the fault is {@link Fault#CANCELLED}, whatever the step that met it was about: an interrupt closes the
     * file that is being read or written, and that looks like a failure of the place that holds it.
     */
    public SpillwayException(Fault fault, String message, @Nullable String hint, @Nullable Throwable cause) {
        super(message, cause);
        this.fault = isInterrupt(cause) ? Fault.CANCELLED : fault;
        this.hint = hint;
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

    /** Which row of the table this is. */
    public Fault fault() {
        return fault;
    }

    /** What to do about it, or null where nothing helps but reading the message. */
    public @Nullable String hint() {
        return hint;
    }
}
