package io.spillway.daemon;

import io.spillway.config.Secret;
import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Monitoring of a daemon.
 *
 * @param listen address of the HTTP server, port 0 for any free one, or null for none
 * @param token  bearer token required to request an export, or null to allow none
 * @param alerts where alerts are sent
 * @param hosts  accepted host names besides {@code localhost}, IP addresses and the name in {@code listen}
 */
public record WatchOptions(
        @Nullable InetSocketAddress listen, @Nullable Secret token, AlertOptions alerts, Set<String> hosts) {
    /** No monitoring. */
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
