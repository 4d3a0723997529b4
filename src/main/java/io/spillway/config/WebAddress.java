package io.spillway.config;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses http and https URLs as people write them, including non-ASCII characters in the host or the path, and a scheme
 * in capitals. The result is in ASCII: {@code https://xn--mnchen-3ya.example/d%C3%BCmps/}.
 */
public final class WebAddress {
    /** The message for an invalid text. */
    public static final String EXPECTED = "must be an http:// or https:// URL without a user name or password";

    /** The regular expression of the whole text. */
    static final String PATTERN = "^[Hh][Tt][Tt][Pp][Ss]?://[^\\s/?#@]+([/?#]\\S*)?$";

    private static final Pattern PARTS =
            Pattern.compile("(https?)://([^\\s/?#@:\\[\\]]+|\\[[0-9A-Fa-f:.]+])(:[0-9]+)?(.*)");
    private static final int MAX_PORT = 65_535;
    private static final int ASCII = 0x80;

    private WebAddress() {}

    /**
     * Parses a URL.
     *
     * @return the URL in ASCII
     * @throws IllegalArgumentException it is invalid; the message does not quote it, because it may contain a secret
     */
    public static URI parse(String text) {
        int colon = text.indexOf(':');
        String scheme = colon < 0 ? "" : text.substring(0, colon).toLowerCase(Locale.ROOT);
        Matcher parts = PARTS.matcher(scheme + text.substring(Math.max(0, colon)));
        if (!parts.matches()) {
            throw new IllegalArgumentException(EXPECTED);
        }
        try {
            String host = parts.group(2);
            String port = parts.group(3) == null ? "" : parts.group(3);
            URI address = new URI(scheme + "://" + (host.startsWith("[") ? host : IDN.toASCII(host)) + port
                    + encoded(parts.group(4)));
            // Without a host: URI does not accept underscores in a host name, and neither do the clients.
            if (address.getHost() == null || address.getRawUserInfo() != null || address.getPort() > MAX_PORT) {
                throw new IllegalArgumentException(EXPECTED);
            }
            return address;
        } catch (URISyntaxException | IllegalArgumentException invalid) {
            // The messages of the causes quote the URL.
            throw new IllegalArgumentException(EXPECTED, invalid);
        }
    }

    /** Replaces non-ASCII characters by the percent-encoded bytes of their UTF-8. */
    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder(text.length());
        text.codePoints().forEach(each -> {
            if (each < ASCII) {
                encoded.append((char) each);
                return;
            }
            for (byte b : Character.toString(each).getBytes(StandardCharsets.UTF_8)) {
                encoded.append("%%%02X".formatted(b & 0xff));
            }
        });
        return encoded.toString();
    }
}
