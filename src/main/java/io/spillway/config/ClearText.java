package io.spillway.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Detects connections on which a secret could be read in transit. */
public final class ClearText {
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private ClearText() {}

    /** Whether requests to this URL can be read in transit: plain {@code http} to another machine. */
    public static boolean isReadable(URI address) {
        return "http".equalsIgnoreCase(address.getScheme()) && !isLocal(address.getHost());
    }

    /** Whether a host is this machine, by its name or address alone, without a lookup. */
    public static boolean isLocal(@Nullable String host) {
        if (host == null) {
            return false;
        }
        String name = host.toLowerCase(Locale.ROOT).replaceAll("^\\[|\\]$", "");
        if (name.equals("localhost") || name.endsWith(".localhost")) {
            return true;
        }
        try {
            return (name.contains(":") || IPV4.matcher(name).matches())
                    && InetAddress.getByName(name).isLoopbackAddress();
        } catch (UnknownHostException noAddress) {
            return false;
        }
    }
}
