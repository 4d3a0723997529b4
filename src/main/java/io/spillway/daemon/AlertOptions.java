package io.spillway.daemon;

import io.spillway.config.Secret;
import org.jspecify.annotations.Nullable;

/**
 * Who is told of what needs a person; both, one or nobody.
 *
 * @param command run by {@code /bin/sh -c} with the alert as JSON on its standard input, or null
 * @param webhook an address that the alert is posted to as JSON, or null; a secret, as such addresses hold tokens
 */
public record AlertOptions(
        @Nullable String command, @Nullable Secret webhook) {
    /** Nobody is told; the log says it. */
    public static final AlertOptions NONE = new AlertOptions(null, null);
}
