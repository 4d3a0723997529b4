package io.spillway.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The JSON Schemas that are published for readers, applied by an independent validator. */
public final class PublishedSchemas {
    private static final JsonMapper JSON = new JsonMapper();

    private PublishedSchemas() {}

    /**
     * Fails if {@code file} does not conform to {@code docs/schemas/NAME.schema.json}, or has a member that the schema
     * does not name: readers must accept new members, but all of today's are described.
     */
    public static JsonNode assertObeys(String name, byte[] file) throws IOException {
        JsonNode schema = JSON.readTree(Files.readString(Path.of("docs", "schemas", name + ".schema.json")));
        close(schema);
        JsonNode tree = JSON.readTree(file);
        var problems = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema)
                .validate(tree, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
        assertThat(problems).as(tree.toPrettyString()).isEmpty();
        return tree;
    }

    private static void close(JsonNode schema) {
        if (schema instanceof ObjectNode object && object.has("properties")) {
            object.put("additionalProperties", false);
        }
        schema.forEach(PublishedSchemas::close);
    }
}
