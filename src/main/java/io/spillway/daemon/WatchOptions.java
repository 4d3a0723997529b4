package io.spillway.daemon;

import io.spillway.config.Secret;
import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a daemon is watched.
 *
 * @param listen where it answers over HTTP, port 0 for any free one, or null where it does not
 * @param token  what a request that starts an export has to bring, or null where none can
 * @param alerts who is told
 * @param hosts  names by which it is asked for, besides {@code localhost}, addresses and the name in {@code listen}
 */
public record WatchOptions(
        @Nullable InetSocketAddress listen, @Nullable Secret token, AlertOptions alerts, Set<String> hosts) {
    /** Not watched. */
    public static final WatchOptions NONE = new WatchOptions(null, null, AlertOptions.NONE);

    /** Takes a copy. */
    public WatchOptions {
        hosts = Set.copyOf(hosts);
    }

    /** The same without further names. */
    public WatchOptions(@Nullable InetSocketAddress listen, @Nullable Secret token, AlertOptions alerts) {
        this(listen, token, alerts, Set.of());
    }
}
