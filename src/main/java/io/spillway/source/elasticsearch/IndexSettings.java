package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * The flat settings of one index: those that it has itself, and the server's defaults for the others.
 *
 * @param answer the index's part of an answer of {@code GET INDEX/_settings?flat_settings&include_defaults}
 */
record IndexSettings(JsonNode answer) {

    /** The value that holds for the index, or {@code fallback} where this server does not know the setting. */
    String get(String name, String fallback) {
        String own = own(name);
        return own != null ? own : answer.path("defaults").path(name).asText(fallback);
    }

    /** The value that the index has itself, or null. */
    @Nullable
    String own(String name) {
        return answer.path("settings").path(name).textValue();
    }

    /** A number that holds for the index, or {@code fallback}. */
    int number(String name, int fallback) {
        String value = get(name, "");
        return value.matches("\\d{1,9}") ? Integer.parseInt(value) : fallback;
    }
}
