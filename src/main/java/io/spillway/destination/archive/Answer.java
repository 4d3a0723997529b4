package io.spillway.destination.archive;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A complete response of the archive, without the keys if it repeats them.
 *
 * @param status     HTTP status
 * @param body       the whole body; must not be modified
 * @param retryAfter value of the Retry-After header, or null
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; the body is parsed in place.
record Answer(int status, byte[] body, @Nullable Duration retryAfter) {
    boolean succeeded() {
        return status >= 200 && status < 300;
    }
}
