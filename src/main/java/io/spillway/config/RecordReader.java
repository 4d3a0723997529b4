package io.spillway.config;

import static com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Converts a completed tree to records. Rules across components are checked by their constructors: an {@link
 * IllegalArgumentException} becomes a problem of that section, and reading continues.
 */
final class RecordReader {
    private final Environment environment;
    private final Problems problems;

    RecordReader(Environment environment, Problems problems) {
        this.environment = environment;
        this.problems = problems;
    }

    /**
     * The record, or empty if there are problems; if there were problems before, only rules of valid sections are
     * checked.
     */
    <T> Optional<T> read(JsonNode tree, Class<T> type) {
        try {
            ObjectReader reader = mapper().readerFor(type).withHandler(new Rules());
            T value = (problems.isEmpty() ? reader.with(FAIL_ON_NULL_FOR_PRIMITIVES) : reader).readValue(tree);
            return problems.isEmpty() ? Optional.of(value) : Optional.empty();
        } catch (JsonMappingException mismatch) {
            if (problems.isEmpty() && mismatch instanceof ValueInstantiationException) {
                throw new IllegalStateException(
                        "a file that is valid by its schema cannot be converted to a record", mismatch);
            }
            if (problems.isEmpty()) {
                // Valid by the schema but not representable in Java, such as an integer of forty digits.
                problems.add(pointer(mismatch), "is out of range");
            }
            return Optional.empty();
        } catch (IOException impossible) {
            throw new IllegalStateException("cannot read a tree in memory", impossible);
        }
    }

    private ObjectMapper mapper() {
        SimpleModule kinds = new SimpleModule();
        for (ValueKind kind : ValueKind.values()) {
            add(kinds, kind, kind.type());
        }
        return JsonMapper.builder()
                .addModule(kinds)
                .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
                .build();
    }

    private <V> void add(SimpleModule module, ValueKind kind, Class<V> type) {
        module.addDeserializer(type, new StdScalarDeserializer<V>(type) {
            @Override
            public @Nullable V deserialize(JsonParser in, DeserializationContext context) throws IOException {
                try {
                    return type.cast(kind.parse(in.getText(), environment));
                } catch (IllegalArgumentException known) {
                    return type.cast(context.handleWeirdStringValue(type, "", kind.expected()));
                }
            }
        });
    }

    private static JsonPointer pointer(JsonMappingException mismatch) {
        JsonPointer pointer = JsonPointer.empty();
        for (JsonMappingException.Reference step : mismatch.getPath()) {
            pointer = step.getFieldName() == null
                    ? pointer.appendIndex(step.getIndex())
                    : pointer.appendProperty(step.getFieldName());
        }
        return pointer;
    }

    /** Continues reading after a violated rule, and after a value that is known to be invalid. */
    private final class Rules extends DeserializationProblemHandler {
        @Override
        public @Nullable Object handleInstantiationProblem(
                DeserializationContext context, Class<?> type, @Nullable Object argument, Throwable failure) {
            // Jackson wraps exceptions of a constructor before it calls this.
            if (failure.getCause() instanceof IllegalArgumentException rule) {
                JsonPointer at = context.getParser().getParsingContext().pathAsPointer();
                if (!problems.hasWithin(at)) {
                    problems.add(at, String.valueOf(rule.getMessage()));
                }
                return null;
            }
            return valueAfterProblems();
        }

        @Override
        public @Nullable Object handleWeirdStringValue(
                DeserializationContext context, Class<?> type, String value, String failure) {
            return valueAfterProblems();
        }

        @Override
        public boolean handleUnknownProperty(
                DeserializationContext context,
                JsonParser in,
                @Nullable JsonDeserializer<?> deserializer,
                Object beanOrClass,
                String name)
                throws IOException {
            in.skipChildren();
            return !problems.isEmpty();
        }

        /** The result is discarded if the file has problems, so any value allows the remaining rules to be checked. */
        private @Nullable Object valueAfterProblems() {
            return problems.isEmpty() ? NOT_HANDLED : null;
        }
    }
}
