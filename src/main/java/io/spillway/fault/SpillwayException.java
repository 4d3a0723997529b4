package io.spillway.fault;

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

    /** A failure caused by another, which is kept for {@code --stacktrace}. */
    public SpillwayException(Fault fault, String message, @Nullable String hint, @Nullable Throwable cause) {
        super(message, cause);
        this.fault = fault;
        this.hint = hint;
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
