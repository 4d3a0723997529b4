package io.spillway.schedule;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the Cloud ID of a deployment in Elastic Cloud: {@code NAME:} and, in base64, {@code HOST[:PORT]$CLUSTER[:PORT]},
 * optionally followed by other members.
 */
final class CloudId {
    private static final Pattern PLACE =
            Pattern.compile("([A-Za-z0-9.-]+)(?::(\\d{1,5}))?\\$([A-Za-z0-9-]+)(?::(\\d{1,5}))?(?:\\$.*)?");

    private CloudId() {}

    /** The URL of the cluster. Throws {@link IllegalArgumentException} if the text is not a Cloud ID. */
    static URI parse(String text) {
        byte[] decoded;
        try {
            decoded = Base64.getDecoder().decode(text.substring(text.lastIndexOf(':') + 1));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("cloud-id is not a Cloud ID: its second half is not base64", e);
        }
        Matcher place = PLACE.matcher(new String(decoded, StandardCharsets.UTF_8));
        if (!place.matches()) {
            throw new IllegalArgumentException("cloud-id is not a Cloud ID: its second half names no cluster");
        }
        String port = place.group(4) != null ? place.group(4) : place.group(2);
        return URI.create("https://" + place.group(3) + "." + place.group(1)
                + (port == null || port.equals("443") ? "" : ":" + port));
    }
}
