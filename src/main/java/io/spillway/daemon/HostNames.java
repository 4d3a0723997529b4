package io.spillway.daemon;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The names in {@code Host} under which a daemon answers. A page on the web can point a name of its own at the daemon's
 * address and then read the answers in a visitor's browser (DNS rebinding); the browser sends that name. An address in {@code
 * Host} cannot be such a name.
 */
final class HostNames {
    private static final Pattern ADDRESS = Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|\\[[0-9a-f:.]+]");

    private final Set<String> names;

    /** Admits {@code localhost}, every address, and these names, compared without regard to case. */
    HostNames(Set<String> names) {
        this.names = names.stream().map(HostNames::normal).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Whether a request for this host is answered.
     *
     * @param host without its port; null where the request has none, as programs of HTTP/1.0 but no browser sends it
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
