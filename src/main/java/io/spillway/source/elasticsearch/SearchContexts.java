package io.spillway.source.elasticsearch;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Distinguishes a new id of the same point in time from the id of another one. An id is base64 of, among other things,
 * one search context per shard: an eight-byte number, counted up by a node, and the session of that node, a UUID of 22
 * characters. When a shard moves, Elasticsearch gives the point in time a new id with other nodes and the same search
 * contexts.
 */
final class SearchContexts {
    /**
     * The number, in eight bytes of which the first three are 0 until a node has answered 2^40 searches; the session.
     */
    private static final Pattern CONTEXT = Pattern.compile("\\x00{3}[\\x00-\\xFF]{5}\\x16[A-Za-z0-9_-]{22}");

    private SearchContexts() {}

    /**
     * Whether {@code newest} may be another id of the point in time of {@code id}. Ids of an unknown form cannot be
     * distinguished; the newest is used then, as Elasticsearch's documentation requires.
     */
    static boolean mayBeSame(String id, String newest) {
        if (id.equals(newest)) {
            return true;
        }
        Set<String> before = in(id);
        Set<String> after = in(newest);
        return before.isEmpty() || after.isEmpty() || before.equals(after);
    }

    private static Set<String> in(String id) {
        Set<String> contexts = new HashSet<>();
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(id);
            Matcher matcher = CONTEXT.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
            while (matcher.find()) {
                contexts.add(matcher.group());
            }
        } catch (IllegalArgumentException e) {
            // Not base64: an id of another form, without known search contexts.
            return Set.of();
        }
        return contexts;
    }
}
