package io.spillway.config;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses of http and https as people write them: also with letters outside of ASCII in the host or the path, and with a
 * scheme in capitals. What is read is in the form that programs understand: {@code https://xn--mnchen-3ya.example/d%C3%BCmps/}.
 */
public final class WebAddress {
    /** What to say of a text that is none. */
    public static final String EXPECTED =
            "must be an http:// or https:// address without a user name or password in it";

    /** The regular expression of the whole text. */
    static final String PATTERN = "^[Hh][Tt][Tt][Pp][Ss]?://[^\\s/?#@]+([/?#]\\S*)?$";

    private static final Pattern PARTS =
            Pattern.compile("(https?)://([^\\s/?#@:\\[\\]]+|\\[[0-9A-Fa-f:.]+])(:[0-9]+)?(.*)");
    private static final int MAX_PORT = 65_535;
    private static final int ASCII = 0x80;

    private WebAddress() {}

    /**
     * Reads an address.
     *
     * @return it, in ASCII
     * @throws IllegalArgumentException it is none; the message does not quote it, because it may contain a secret
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
            // Without a host: URI knows no underscore in a host name, and neither do the clients.
            if (address.getHost() == null || address.getRawUserInfo() != null || address.getPort() > MAX_PORT) {
                throw new IllegalArgumentException(EXPECTED);
            }
            return address;
        } catch (URISyntaxException | IllegalArgumentException invalid) {
            // Their messages quote the address.
            throw new IllegalArgumentException(EXPECTED, invalid);
        }
    }

    /** Letters outside of ASCII as the percent-encoded bytes of their UTF-8. */
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
