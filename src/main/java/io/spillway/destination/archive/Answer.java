package io.spillway.destination.archive;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A whole answer of the archive, without the keys, should it have repeated them.
 *
 * @param status     HTTP status
 * @param body       all of its bytes; not to be changed
 * @param retryAfter what the Retry-After header asks for, or null
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, and a record of an item is read where it lies.
record Answer(int status, byte[] body, @Nullable Duration retryAfter) {
    boolean succeeded() {
        return status >= 200 && status < 300;
    }
}
