package io.spillway.config;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Completes a tree by its schema: fills in defaults for missing keys, resolves {@code ${env:NAME}} in every text except
 * secrets, and checks limits that JSON Schema cannot express. A second dollar sign before the brace escapes it.
 */
final class References {
    /** Group 1 is a variable's name; without it, the match is either the escape or a mistake. */
    private static final Pattern REFERENCE =
            Pattern.compile("\\$\\{env:([A-Za-z_][A-Za-z0-9_]*)\\}|\\$\\$\\{|\\$\\{[^}]*\\}?");

    private final Environment environment;
    private final Problems problems;

    References(Environment environment, Problems problems) {
        this.environment = environment;
        this.problems = problems;
    }

    /** Completes a node; objects and arrays are modified in place. A text with a problem stays unchanged. */
    JsonNode complete(JsonNode node, JsonNode schema, JsonPointer at) {
        if (node instanceof ObjectNode object) {
            completeKeys(object, schema.path("properties"), at);
            return object;
        }
        if (node instanceof ArrayNode array) {
            for (int item = 0; item < array.size(); item++) {
                array.set(item, complete(array.get(item), schema.path("items"), at.appendIndex(item)));
            }
            return array;
        }
        Optional<ValueKind> kind =
                ValueKind.labelled(schema.path(ConfigSchema.KIND).asText());
        JsonNode resolved = node.isTextual() && kind.orElse(null) != ValueKind.SECRET ? resolve(node, at) : node;
        if (kind.isPresent() && !problems.has(at)) {
            check(resolved, kind.get(), schema, at);
        }
        return resolved;
    }

    private void completeKeys(ObjectNode object, JsonNode properties, JsonPointer at) {
        for (Map.Entry<String, JsonNode> property : properties.properties()) {
            JsonNode standard = property.getValue().get("default");
            if (standard != null && !object.has(property.getKey())) {
                object.set(property.getKey(), standard.deepCopy());
            }
        }
        for (Map.Entry<String, JsonNode> entry : List.copyOf(object.properties())) {
            String key = entry.getKey();
            object.set(key, complete(entry.getValue(), properties.path(key), at.appendProperty(key)));
        }
    }

    private JsonNode resolve(JsonNode node, JsonPointer at) {
        Matcher reference = REFERENCE.matcher(node.textValue());
        StringBuilder text = new StringBuilder();
        while (reference.find()) {
            reference.appendReplacement(text, Matcher.quoteReplacement(replacement(reference, at)));
        }
        reference.appendTail(text);
        return problems.has(at) ? node : TextNode.valueOf(text.toString());
    }

    private String replacement(Matcher reference, JsonPointer at) {
        if (reference.group().equals("$${")) {
            return "${";
        }
        String name = reference.group(1);
        if (name == null) {
            problems.add(at, "only ${env:NAME} is allowed here; write $${ for a literal ${");
            return "";
        }
        String value = environment.get(name);
        if (value == null) {
            problems.add(at, "environment variable " + name + " is not set");
            return "";
        }
        return value;
    }

    private void check(JsonNode node, ValueKind kind, JsonNode schema, JsonPointer at) {
        if (!node.isTextual() && !(kind == ValueKind.SIZE && node.isIntegralNumber())) {
            return; // wrong type, which the schema reports
        }
        try {
            Object value = kind.parse(node.asText(), environment);
            String minimum = schema.path(ConfigSchema.MINIMUM).asText();
            String maximum = schema.path(ConfigSchema.MAXIMUM).asText();
            if (!minimum.isEmpty() && compare(value, kind, minimum) < 0) {
                problems.add(at, "must be at least " + minimum);
            }
            if (!maximum.isEmpty() && compare(value, kind, maximum) > 0) {
                problems.add(at, "must be at most " + maximum);
            }
        } catch (IllegalArgumentException unreadable) {
            problems.add(at, String.valueOf(unreadable.getMessage()));
        }
    }

    /** A limit has the same type as the value, and only comparable types have limits. */
    @SuppressWarnings("unchecked")
    private int compare(Object value, ValueKind kind, String limit) {
        return ((Comparable<Object>) value).compareTo(kind.parse(limit, environment));
    }
}
