package io.spillway.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The schema of a completed file, from the resource {@code TYPE.schema.json} beside its record. Generating it takes longer than
 * the rest of a short run. A record without a resource has its schema generated.
 */
final class StoredSchema {
    private StoredSchema() {}

    /** The schema of a record type, as {@link ConfigSchema#of}. */
    static JsonNode of(Class<?> type) {
        try (InputStream stored = type.getResourceAsStream(type.getSimpleName() + ".schema.json")) {
            return stored == null ? ConfigSchema.of(type) : new ObjectMapper().readTree(stored);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the schema of " + type.getSimpleName() + " in this program", e);
        }
    }
}
