package io.spillway.fields;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.json.DottedPath;
import io.spillway.json.Escapes;
import io.spillway.json.MalformedJsonException;
import io.spillway.source.Document;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Selects documents by values in their own JSON: each field must be equal to a string, a number or a boolean. Does not need a
 * search, so it works with every source. In doubt a document is not selected: without the field, with {@code null}, with an
 * array at the field or above it, or with two different values of it.
 *
 * <p>A path is dotted. A document may spell it with objects or with dots in names, as for {@link FieldPolicy}. Numbers are equal
 * if their values are: {@code 1} and {@code 1.0}. Immutable, and usable by several threads.
 */
public final class Where {
    /** Selects every document. */
    public static final Where ALL = new Where(Map.of());

    /** A longer number is not compared, because that could take very long; it is not equal. */
    private static final int MAX_NUMBER = 1_000;

    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, JsonNode> values;
    private final List<Condition> conditions = new ArrayList<>();

    /**
     * Selects documents that have all of these values.
     *
     * @param values scalars by dotted path
     * @throws IllegalArgumentException if a path is empty, or a value is null, not a scalar, or not Unicode text
     */
    public Where(Map<String, JsonNode> values) {
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        values.forEach((path, value) -> conditions.add(new Condition(path, value)));
    }

    /** The values by path, in their order; unmodifiable. */
    public Map<String, JsonNode> values() {
        return values;
    }

    /** Whether every document is selected. */
    public boolean isAll() {
        return conditions.isEmpty();
    }

    /** Whether a document is selected. */
    public boolean selects(Document document) {
        if (conditions.isEmpty()) {
            return true;
        }
        boolean[] selected = {true};
        try {
            document.readSource((bytes, start, end) -> {
                for (Condition condition : conditions) {
                    selected[0] &= condition.isMetBy(bytes, start, end);
                }
            });
        } catch (IOException impossible) {
            throw new IllegalStateException("cannot read a document in memory", impossible);
        }
        return selected[0];
    }

    /** One field and its value. */
    private static final class Condition {
        private final DottedPath path;
        private final JsonNode value;
        private final byte[] text;

        Condition(String path, JsonNode value) {
            if (path.isEmpty() || !isUnicode(path)) {
                throw new IllegalArgumentException("where has a name that no field can have: \"" + path + "\"");
            }
            if (!value.isTextual() && !value.isNumber() && !value.isBoolean()) {
                throw new IllegalArgumentException(
                        "where compares with strings, numbers, true and false: %s is %s".formatted(path, value));
            }
            if (!isUnicode(value.asText())) {
                throw new IllegalArgumentException("where has a value that is not Unicode text: " + path);
            }
            this.path = new DottedPath(path);
            this.value = value;
            this.text = value.asText().getBytes(StandardCharsets.UTF_8);
        }

        private static boolean isUnicode(String text) {
            return StandardCharsets.UTF_8.newEncoder().canEncode(text);
        }

        /** Whether a document has the field, and with this value wherever it has it. */
        boolean isMetBy(byte[] bytes, int start, int end) {
            boolean[] found = {false};
            try {
                boolean equal = path.visit(bytes, start, end, (in, from, to) -> {
                    found[0] = true;
                    return isEqualTo(in, from, to);
                });
                return equal && found[0];
            } catch (MalformedJsonException e) {
                throw new IllegalStateException("a parsed document is not valid JSON", e);
            }
        }

        /** Whether the JSON value in {@code bytes[from, to)} is equal. */
        private boolean isEqualTo(byte[] bytes, int from, int to) {
            return switch (bytes[from]) {
                case '"' -> value.isTextual() && isText(bytes, from, to);
                case 't' -> value.isBoolean() && value.booleanValue();
                case 'f' -> value.isBoolean() && !value.booleanValue();
                case '{', '[', 'n' -> false;
                default -> value.isNumber() && isNumber(bytes, from, to);
            };
        }

        private boolean isText(byte[] bytes, int from, int to) {
            if (!Escapes.within(bytes, from, to)) {
                return Arrays.equals(bytes, from + 1, to - 1, text, 0, text.length);
            }
            try (JsonParser parser = JSON.createParser(bytes, from, to - from)) {
                parser.nextToken();
                return parser.getText().equals(value.textValue());
            } catch (IOException impossible) {
                throw new IllegalStateException("cannot read a parsed document", impossible);
            }
        }

        private boolean isNumber(byte[] bytes, int from, int to) {
            if (to - from > MAX_NUMBER) {
                return false;
            }
            try {
                String digits = new String(bytes, from, to - from, StandardCharsets.US_ASCII);
                return new BigDecimal(digits).compareTo(value.decimalValue()) == 0;
            } catch (NumberFormatException exponentOutOfRange) {
                return false;
            }
        }
    }
}
