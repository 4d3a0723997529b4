package io.spillway.source.elasticsearch;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells a new id of a point in time from the id of another one. An id is base64 of, among other things, one search context
 * for each shard: a number of eight bytes, counted up by a node, and the session of that node, a UUID of 22 characters. When
 * a shard moves, Elasticsearch gives the point in time a new id with other nodes and the same search contexts.
 */
final class SearchContexts {
    /** The number, in eight bytes of which the first three are 0 until a node has answered 2^40 searches; the session. */
    private static final Pattern CONTEXT = Pattern.compile("\\x00{3}[\\x00-\\xFF]{5}\\x16[A-Za-z0-9_-]{22}");

    private SearchContexts() {}

    /**
     * Whether {@code newest} may be another id of the point in time that {@code id} names. Ids of an unknown form cannot be
     * told apart: they are taken as Elasticsearch's documentation says, which is to use the newest.
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
            // Not base64: an id of another form, without search contexts that are known.
            return Set.of();
        }
        return contexts;
    }
}
