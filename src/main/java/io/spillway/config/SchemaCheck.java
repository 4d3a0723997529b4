package io.spillway.config;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.NonValidationKeyword;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Validates a tree with a schema, and reports problems in terms of the file. */
final class SchemaCheck {
    /** Draft 7 and our own keywords, for each of which the validator would otherwise log a warning. */
    private static final Dialect DIALECT = Dialect.builder(Dialects.getDraft7())
            .keywords(ConfigSchema.OWN_KEYWORDS.stream()
                    .map(NonValidationKeyword::new)
                    .toList())
            .build();

    private final JsonNode schema;
    private final Problems problems;

    SchemaCheck(JsonNode schema, Problems problems) {
        this.schema = schema;
        this.problems = problems;
    }

    /** Adds all problems, except those of a value that already has one, because such a value was not completed. */
    void check(JsonNode tree) {
        Schema validator = SchemaRegistry.withDialect(DIALECT).getSchema(schema);
        for (Error error : validator.validate(tree)) {
            if (error.getEvaluationPath().toString().contains("/oneOf/")) {
                // Why each choice fails; that none or several of them hold is an error of its own.
                continue;
            }
            JsonPointer at = JsonPointer.compile(error.getInstanceLocation().toString());
            if (error.getKeyword().equals("oneOf") && !tree.at(at).isObject()) {
                // It has no keys at all, which is a problem of its own.
                continue;
            }
            if (error.getKeyword().equals("additionalProperties")) {
                JsonPointer key = at.appendProperty(error.getProperty());
                problems.add(key, "unknown key" + suggestion(error.getProperty(), at));
            } else if (tree.at(at).isContainerNode() || !problems.has(at)) {
                problems.add(at, describe(error, tree.at(at), ConfigSchema.at(schema, at)));
            }
        }
    }

    private String describe(Error error, JsonNode node, JsonNode expected) {
        return switch (error.getKeyword()) {
            case "required" -> "required key `" + error.getProperty() + "` is missing";
            case "pattern" ->
                ValueKind.labelled(expected.path(ConfigSchema.KIND).asText())
                        .map(kind -> kind.explain(node.asText()))
                        .orElseGet(() ->
                                expected.path(ConfigSchema.PATTERN_MESSAGE).asText(error.getMessage()));
            case "enum" -> "must be one of " + String.join(", ", names(expected)) + suggestion(node, expected);
            case "minProperties", "maxProperties" -> "must have exactly one of " + keys(expected);
            case "oneOf" -> "must have exactly one of " + choices(expected);
            case "type" ->
                node.isNull()
                        ? withoutValue(expected)
                        : error.getMessage() + quotes(node, expected) + section(node, expected);
            default -> error.getMessage();
        };
    }

    private static String withoutValue(JsonNode expected) {
        boolean section = expected.path("type").asText().equals("object");
        return section ? "has no value; write {} for its defaults" : "has no value";
    }

    /** YAML parses {@code no} and {@code 1.0} as other types than text. */
    private static String quotes(JsonNode node, JsonNode expected) {
        boolean freeText = isText(expected.path("type")) && !expected.has("enum") && !expected.has(ConfigSchema.KIND);
        return freeText && node.isValueNode() ? "; put it in quotes" : "";
    }

    /** {@code formats: [jsonl]} is meant as a section with defaults. */
    private static String section(JsonNode node, JsonNode expected) {
        JsonNode named = expected.path("properties").path(node.asText());
        return node.isTextual()
                        && (named.has("$ref") || named.path("type").asText().equals("object"))
                ? "; write {" + node.asText() + ": {}}"
                : "";
    }

    private static boolean isText(JsonNode type) {
        return type.asText().equals("string") || type.path(0).asText().equals("string");
    }

    private static List<String> names(JsonNode expected) {
        List<String> names = new ArrayList<>();
        expected.path("enum").forEach(value -> names.add(value.asText()));
        return names;
    }

    private static String suggestion(JsonNode unknown, JsonNode expected) {
        return Spelling.nearest(unknown.asText(), names(expected))
                .map(name -> "; did you mean " + name + "?")
                .orElse("");
    }

    private static String choices(JsonNode section) {
        List<String> keys = new ArrayList<>();
        section.path("oneOf")
                .forEach(choice -> keys.add(choice.path("required").path(0).asText()));
        return String.join(", ", keys);
    }

    private static String keys(JsonNode section) {
        return section.path("properties").properties().stream()
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(", "));
    }

    private String suggestion(String unknown, JsonPointer section) {
        List<String> known = ConfigSchema.at(schema, section).path("properties").properties().stream()
                .map(Map.Entry::getKey)
                .toList();
        return Spelling.nearest(unknown, known)
                .map(name -> ", did you mean `" + name + "`?")
                .orElse("");
    }
}
