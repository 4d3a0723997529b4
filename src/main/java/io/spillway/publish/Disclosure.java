package io.spillway.publish;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the publisher adds to a dump or hides from its metadata.
 *
 * @param descriptions descriptions of fields, by path; may be incomplete
 * @param examples     whether {@code schema.json} shows a value of each field
 * @param query        the query that selected the documents, or null if there is none or it is not to be published
 * @param where        the values that select the documents by path, or null if there are none or they are not to be published
 * @param index        whether the manifest names the indices; otherwise the dataset's name is used
 */
public record Disclosure(
        Map<String, String> descriptions,
        boolean examples,
        @Nullable JsonNode query,
        @Nullable Map<String, JsonNode> where,
        boolean index) {
    /** No descriptions, examples or query. */
    public static final Disclosure NOTHING = new Disclosure(Map.of(), false, null);

    /** Publishes the names of the indices. */
    public Disclosure(Map<String, String> descriptions, boolean examples, @Nullable JsonNode query) {
        this(descriptions, examples, query, null, true);
    }

    /** Makes defensive copies. */
    public Disclosure {
        descriptions = Map.copyOf(descriptions);
    }
}
