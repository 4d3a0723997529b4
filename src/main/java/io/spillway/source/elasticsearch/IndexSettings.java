package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * The flat settings of one index: its own, and the server's defaults for the others.
 *
 * @param answer the index's part of a response of {@code GET INDEX/_settings?flat_settings&include_defaults}
 */
record IndexSettings(JsonNode answer) {

    /** The effective value for the index, or {@code fallback} if this server does not know the setting. */
    String get(String name, String fallback) {
        String own = own(name);
        return own != null ? own : answer.path("defaults").path(name).asText(fallback);
    }

    /** The index's own value, or null. */
    @Nullable
    String own(String name) {
        return answer.path("settings").path(name).textValue();
    }

    /** Whether the response has the server's defaults, which a proxy may leave out. */
    boolean hasDefaults() {
        return !answer.path("defaults").isEmpty();
    }

    /** The effective number for the index, or {@code fallback}. */
    int number(String name, int fallback) {
        String value = get(name, "");
        return value.matches("\\d{1,9}") ? Integer.parseInt(value) : fallback;
    }
}
