package io.spillway.notices.kit;

import java.util.LinkedHashMap;
import java.util.Map;

/** Headers of every notice, besides {@code Retry-After}. */
final class Headers {
    private Headers() {}

    /**
     * The headers common to all notices: caches must not store them (RFC 6585 forbids it for 429), and scripts of other
     * sites may read the waiting time and the links to the dumps, which are public.
     */
    static Map<String, String> constant() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Cache-Control", "no-store");
        headers.put("Vary", "Accept, Accept-Language, User-Agent");
        headers.put("Access-Control-Allow-Origin", "*");
        headers.put("Access-Control-Expose-Headers", "Retry-After, Link");
        return headers;
    }

    /** The {@code Link} value (RFC 8288) after the URL of a help page, which differs by dataset. */
    static String link(KitSite site) {
        return "rel=\"help\", <" + site.address() + "links.json>; rel=\"describedby\"; type=\"application/json\"";
    }
}
