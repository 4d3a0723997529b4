package io.spillway.daemon;

import io.spillway.config.Secret;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * How a daemon is watched.
 *
 * @param listen where it answers over HTTP, port 0 for any free one, or null where it does not
 * @param token  what a request that starts an export has to bring, or null where none can
 * @param alerts who is told
 */
public record WatchOptions(
        @Nullable InetSocketAddress listen, @Nullable Secret token, AlertOptions alerts) {
    /** Not watched. */
    public static final WatchOptions NONE = new WatchOptions(null, null, AlertOptions.NONE);
}
