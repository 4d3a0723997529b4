package io.spillway.daemon;

import io.spillway.config.Secret;
import org.jspecify.annotations.Nullable;

/**
 * Where alerts are sent: to both, one or neither.
 *
 * @param command run by {@code /bin/sh -c} with the alert as JSON on its standard input, or null
 * @param webhook URL that the alert is posted to as JSON, or null; a secret, because such URLs contain tokens
 */
public record AlertOptions(
        @Nullable String command, @Nullable Secret webhook) {
    /** Alerts go to the log only. */
    public static final AlertOptions NONE = new AlertOptions(null, null);
}
