package io.spillway.files;

import org.jspecify.annotations.Nullable;

/** Recognizes failures caused by a full disk. Thread-safe. */
public final class FullDisk {
    private FullDisk() {}

    /** Whether a failure or one of its causes is a full disk or quota, according to the system's message. */
    public static boolean isReasonOf(@Nullable Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            String message = String.valueOf(at.getMessage());
            if (message.contains("No space left on device") || message.contains("Disk quota exceeded")) {
                return true;
            }
        }
        return false;
    }
}
