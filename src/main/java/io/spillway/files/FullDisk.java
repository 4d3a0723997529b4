package io.spillway.files;

import org.jspecify.annotations.Nullable;

/** Tells failures for lack of room from others. For any thread. */
public final class FullDisk {
    private FullDisk() {}

    /** Whether a failure, or what caused it, is that a disk or a quota is full, by the system's own words. */
    public static boolean isReasonOf(@Nullable Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            String said = String.valueOf(at.getMessage());
            if (said.contains("No space left on device") || said.contains("Disk quota exceeded")) {
                return true;
            }
        }
        return false;
    }
}
