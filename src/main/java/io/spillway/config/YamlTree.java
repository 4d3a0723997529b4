package io.spillway.config;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.Optional;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads YAML into a tree and records the line on which each key starts. Jackson's own locations exist only for values,
 * which start on the next line for a block; and a mapper either keeps the last of two equal keys or stops at the first
 * such pair.
 */
final class YamlTree {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final JsonParser parser;
    private final Problems problems;

    private YamlTree(JsonParser parser, Problems problems) {
        this.parser = parser;
        this.problems = problems;
    }

    /** The tree, or empty if it is invalid; the problems are then recorded. */
    static Optional<JsonNode> read(String text, Problems problems) {
        try (JsonParser parser = YAML.createParser(text)) {
            return new YamlTree(parser, problems).document();
        } catch (JsonProcessingException syntax) {
            problems.add(line(syntax), JsonPointer.empty(), "not YAML: " + reason(syntax));
            return Optional.empty();
        } catch (IOException impossible) {
            throw new IllegalStateException("cannot read a text in memory", impossible);
        }
    }

    private Optional<JsonNode> document() throws IOException {
        if (parser.nextToken() == null || parser.currentToken() == JsonToken.VALUE_NULL) {
            problems.add(1, JsonPointer.empty(), "the file is empty");
            return Optional.empty();
        }
        problems.place(JsonPointer.empty(), line());
        JsonNode tree = value(JsonPointer.empty());
        if (parser.nextToken() != null) {
            problems.add(
                    line(), JsonPointer.empty(), "a second document starts here, but a file must contain only one");
        }
        return Optional.of(tree);
    }

    private JsonNode value(JsonPointer at) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            return object(at);
        }
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            return array(at);
        }
        if (((YAMLParser) parser).isCurrentAlias()) {
            // The parser would return the alias' name as a text.
            problems.add(line(), at, "aliases are not supported; write the value itself");
        }
        JsonNode scalar = scalar();
        if (scalar.isFloatingPointNumber() && !Double.isFinite(scalar.doubleValue())) {
            problems.add(line(), at, "must be a finite number");
            return YAML.getNodeFactory().numberNode(0);
        }
        return scalar;
    }

    private JsonNode scalar() throws IOException {
        try {
            return YAML.readTree(parser);
        } catch (JsonParseException notANumber) {
            // Looks like a number but is not, such as .nan or 1_: then it is a text.
            return TextNode.valueOf(parser.getText());
        }
    }

    private ObjectNode object(JsonPointer at) throws IOException {
        ObjectNode object = YAML.createObjectNode();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonPointer key = at.appendProperty(name);
            int line = line();
            parser.nextToken();
            if (object.has(name)) {
                problems.add(line, key, "repeated key, first on line " + problems.lineOf(key));
                parser.skipChildren();
            } else {
                problems.place(key, line);
                object.set(name, value(key));
            }
        }
        return object;
    }

    private ArrayNode array(JsonPointer at) throws IOException {
        ArrayNode array = YAML.createArrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            JsonPointer item = at.appendIndex(array.size());
            problems.place(item, line());
            array.add(value(item));
        }
        return array;
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    private static int line(JsonProcessingException syntax) {
        if (syntax.getCause() instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
            return marked.getProblemMark().getLine() + 1;
        }
        return syntax.getLocation() == null
                ? 1
                : Math.max(1, syntax.getLocation().getLineNr());
    }

    /** One line, without the excerpt of the file that the parser would add, because it may contain a secret. */
    private static String reason(JsonProcessingException syntax) {
        if (syntax.getCause() instanceof MarkedYAMLException marked && marked.getProblem() != null) {
            return marked.getProblem();
        }
        return syntax.getOriginalMessage().lines().findFirst().orElse("it cannot be parsed");
    }
}
