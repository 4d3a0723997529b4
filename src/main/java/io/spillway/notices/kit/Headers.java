package io.spillway.notices.kit;

import java.util.LinkedHashMap;
import java.util.Map;

/** What every notice says in its head, beside {@code Retry-After}. */
final class Headers {
    private Headers() {}

    /**
     * Those that are the same for all of them: nothing is kept by a cache (RFC 6585 forbids it for 429), and scripts of
     * other sites may read how long to wait and where the dumps are, which are public.
     */
    static Map<String, String> constant() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Cache-Control", "no-store");
        headers.put("Vary", "Accept, Accept-Language, User-Agent");
        headers.put("Access-Control-Allow-Origin", "*");
        headers.put("Access-Control-Expose-Headers", "Retry-After, Link");
        return headers;
    }

    /** The {@code Link} value (RFC 8288) behind the address of a page that helps, which differs by dataset. */
    static String link(KitSite site) {
        return "rel=\"help\", <" + site.address() + "links.json>; rel=\"describedby\"; type=\"application/json\"";
    }
}
