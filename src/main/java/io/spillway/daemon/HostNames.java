package io.spillway.daemon;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The {@code Host} names that a daemon accepts. A web page can point its own host name at the daemon's address and read
 * the answers in a visitor's browser (DNS rebinding); the browser then sends that name. An IP address in {@code Host}
 * cannot be such a name.
 */
final class HostNames {
    private static final Pattern ADDRESS = Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|\\[[0-9a-f:.]+]");

    private final Set<String> names;

    /** Accepts {@code localhost}, every IP address, and these names, ignoring case. */
    HostNames(Set<String> names) {
        this.names = names.stream().map(HostNames::normal).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Whether a request for this host is answered.
     *
     * @param host without its port; null if the request has none, as HTTP/1.0 programs but no browsers send it
     */
    boolean admits(@Nullable String host) {
        if (host == null || host.isEmpty()) {
            return true;
        }
        String name = normal(host);
        return name.equals("localhost")
                || name.endsWith(".localhost")
                || names.contains(name)
                || ADDRESS.matcher(name).matches();
    }

    private static String normal(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
