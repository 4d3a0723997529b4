package io.spillway.publish;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the publisher wants a dump to say beside what was found in it.
 *
 * @param descriptions what fields mean, by path; need not name all of them
 * @param examples     whether {@code schema.json} shows a value of each field
 * @param query        the query that chose the documents, or null where it is not to be published or there is none
 * @param index        whether the manifest names the indices; else the dataset's name stands for them
 */
public record Disclosure(
        Map<String, String> descriptions,
        boolean examples,
        @Nullable JsonNode query,
        boolean index) {
    /** Nothing but what was found. */
    public static final Disclosure NOTHING = new Disclosure(Map.of(), false, null);

    /** With the names of the indices. */
    public Disclosure(Map<String, String> descriptions, boolean examples, @Nullable JsonNode query) {
        this(descriptions, examples, query, true);
    }

    /** Takes copies. */
    public Disclosure {
        descriptions = Map.copyOf(descriptions);
    }
}
