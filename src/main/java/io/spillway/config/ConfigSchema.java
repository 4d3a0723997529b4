package io.spillway.config;

import com.fasterxml.classmate.ResolvedType;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.CustomDefinition.AttributeInclusion;
import com.github.victools.jsonschema.generator.CustomDefinition.DefinitionType;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.module.jackson.JacksonModule;
import com.github.victools.jsonschema.module.jackson.JacksonOption;
import com.github.victools.jsonschema.module.jakarta.validation.JakartaValidationModule;
import com.github.victools.jsonschema.module.jakarta.validation.JakartaValidationOption;
import jakarta.validation.constraints.Pattern;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The JSON Schema of a record, which validates a file, completes it in an editor and is the source of the reference in
 * the docs.
 *
 * <p>Keys are the components' names in kebab case. A key is required unless its component has a default ({@link
 * JsonProperty#defaultValue()}, written as YAML) or is {@link Nullable}. Limits come from Jakarta's annotations and
 * from {@link Between}; limits that JSON Schema cannot express have the prefix {@code x-}. A {@link Pattern} requires a
 * message, so that correcting a file does not require reading a regular expression.
 */
public final class ConfigSchema {
    /** The {@link ValueKind} of a value. */
    static final String KIND = "x-kind";

    /** The limits of {@link Between}. */
    static final String MINIMUM = "x-minimum";

    static final String MAXIMUM = "x-maximum";

    /** Message for a text that does not match {@code pattern}; YAML editors support this keyword, too. */
    static final String PATTERN_MESSAGE = "patternErrorMessage";

    /** JSON Schema's keyword for values that must not be shown. */
    private static final String SECRET_MARK = "writeOnly";

    /** Alternative to the value itself, so that an editor accepts values that are only known when the file is read. */
    private static final String OR_REFERENCE = "|\\$\\{env:[A-Za-z_][A-Za-z0-9_]*\\}";

    /** The keywords that are not part of JSON Schema. */
    static final List<String> OWN_KEYWORDS = List.of(KIND, MINIMUM, MAXIMUM, PATTERN_MESSAGE);

    private static final String ALL_OF = "allOf";
    private static final String PROPERTIES = "properties";
    private static final String REQUIRED = "required";

    private static final YAMLMapper YAML = new YAMLMapper();

    private ConfigSchema() {}

    /** The schema of a record type: draft 7, which editors support best, indented by two, ending in a line end. */
    public static String json(Class<? extends Record> type) {
        return json(withReferences(of(type)));
    }

    /** The schema of a completed file, for {@link StoredSchema}; indented as above. */
    public static String stored(Class<? extends Record> type) {
        return json(of(type));
    }

    private static String json(ObjectNode schema) {
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        try {
            return new JsonMapper()
                            .writer(new DefaultPrettyPrinter()
                                    .withObjectIndenter(lines)
                                    .withArrayIndenter(lines))
                            .writeValueAsString(schema)
                    + "\n";
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("cannot write a tree in memory", impossible);
        }
    }

    /**
     * Allows {@code ${env:NAME}} for any text except a secret, which is already such a reference. Only for files as
     * written: the value of a variable must be a value itself.
     */
    private static ObjectNode withReferences(ObjectNode schema) {
        for (JsonNode parent : schema.findParents("pattern")) {
            if (parent instanceof ObjectNode text && text.get("pattern").isTextual() && !text.has(SECRET_MARK)) {
                text.put("pattern", text.get("pattern").textValue() + OR_REFERENCE);
            }
        }
        return schema;
    }

    /**
     * The schema of a completed file, as a tree without references, so that a path of the file is also a path of the
     * schema.
     */
    static ObjectNode of(Class<?> type) {
        var config = new SchemaGeneratorConfigBuilder(SchemaVersion.DRAFT_7, OptionPreset.PLAIN_JSON)
                .with(Option.FORBIDDEN_ADDITIONAL_PROPERTIES_BY_DEFAULT, Option.INLINE_ALL_SCHEMAS)
                .with(new JacksonModule(JacksonOption.FLATTENED_ENUMS_FROM_JSONPROPERTY))
                .with(new JakartaValidationModule(JakartaValidationOption.INCLUDE_PATTERN_EXPRESSIONS));
        config.forTypesInGeneral()
                .withPropertySorter((unusedOne, unusedOther) -> 0) // as declared
                .withCustomDefinitionProvider((resolved, context) -> definition(resolved))
                .withTypeAttributeOverride((schema, scope, context) -> {
                    if (scope.getType().getErasedType().isAnnotationPresent(ExactlyOne.class)) {
                        schema.put("minProperties", 1).put("maxProperties", 1);
                    }
                    OneOf oneOf = scope.getType().getErasedType().getAnnotation(OneOf.class);
                    if (oneOf != null) {
                        ArrayNode choices = schema.putArray("oneOf");
                        for (String key : oneOf.value()) {
                            choices.addObject().putArray(REQUIRED).add(key);
                        }
                    }
                    if (scope.getType().getErasedType().isAnnotationPresent(OrText.class)) {
                        // Keywords of texts do not apply to objects, and keywords of objects not to texts.
                        schema.putArray("type").add("string").add("object");
                    }
                });
        config.forFields()
                .withPropertyNameOverrideResolver(ConfigSchema::key)
                .withRequiredCheck(ConfigSchema::isRequired)
                .withInstanceAttributeOverride((schema, field, context) -> describe(schema, field));
        return unwrapped(new SchemaGenerator(config.build()).generateSchema(type));
    }

    /**
     * Puts the keys of a {@link JsonUnwrapped} component before those of its record. The generator lists them as a schema of
     * their own in {@code allOf}, which rejects all keys of the record.
     */
    private static ObjectNode unwrapped(ObjectNode schema) {
        for (JsonNode parent : schema.findParents(ALL_OF)) {
            ObjectNode section = (ObjectNode) parent;
            JsonNode parts = section.remove(ALL_OF);
            JsonNode own = section.path(PROPERTIES);
            ObjectNode keys = section.putObject(PROPERTIES);
            Set<String> required = new LinkedHashSet<>();
            parts.forEach(part -> {
                keys.setAll((ObjectNode) part.path(PROPERTIES));
                part.path(REQUIRED).forEach(key -> required.add(key.textValue()));
            });
            keys.setAll((ObjectNode) own);
            section.path(REQUIRED).forEach(key -> required.add(key.textValue()));
            if (!required.isEmpty()) {
                required.forEach(section.putArray(REQUIRED)::add);
            }
        }
        return schema;
    }

    /** The part of a schema for a key of the file; a missing node below parts without a schema. */
    static JsonNode at(JsonNode schema, JsonPointer key) {
        JsonNode at = schema;
        for (JsonPointer step = key; !step.matches(); step = step.tail()) {
            JsonNode any = at.path(at.has("items") ? "items" : "additionalProperties");
            at = any.isObject() ? any : at.path(PROPERTIES).path(step.getMatchingProperty());
        }
        return at;
    }

    private static @Nullable String key(FieldScope field) {
        return field.isFakeContainerItemScope()
                ? null
                : PropertyNamingStrategies.KebabCaseStrategy.INSTANCE.translate(field.getDeclaredName());
    }

    private static boolean isRequired(FieldScope field) {
        return defaultOf(field).isEmpty() && !isNullable(field);
    }

    private static boolean isNullable(FieldScope field) {
        return field.getRawMember().getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static Optional<JsonNode> defaultOf(FieldScope field) {
        JsonProperty property = field.getAnnotation(JsonProperty.class);
        if (property == null || property.defaultValue().isEmpty() || field.isFakeContainerItemScope()) {
            return Optional.empty();
        }
        Class<?> type = field.getType().getErasedType();
        if (type == String.class || ValueKind.of(type).isPresent()) {
            return Optional.of(JsonNodeFactory.instance.textNode(property.defaultValue()));
        }
        try {
            return Optional.of(YAML.readTree(property.defaultValue()));
        } catch (JsonProcessingException notYaml) {
            throw new IllegalStateException("the default of " + field + " is not YAML", notYaml);
        }
    }

    private static void describe(ObjectNode schema, FieldScope field) {
        // Not through the generator's own support for defaults, which wraps a tree in a node that is neither text nor
        // object.
        defaultOf(field).ifPresent(value -> schema.set("default", value));
        Between between = field.getAnnotation(Between.class);
        if (between != null && !field.isFakeContainerItemScope()) {
            schema.put(MINIMUM, between.min());
            if (!between.max().isEmpty()) {
                schema.put(MAXIMUM, between.max());
            }
        }
        Pattern pattern = field.isFakeContainerItemScope()
                ? field.getContainerItemAnnotation(Pattern.class)
                : field.getAnnotation(Pattern.class);
        if (pattern != null) {
            schema.put("pattern", pattern.regexp()).put(PATTERN_MESSAGE, pattern.message());
        }
    }

    private static @Nullable CustomDefinition definition(ResolvedType type) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        if (type.getErasedType() == JsonNode.class) {
            // Without the attributes of a type: they would forbid all keys.
            return new CustomDefinition(schema.put("type", "object"), DefinitionType.INLINE, AttributeInclusion.NO);
        }
        if (type.getErasedType() == Map.class) {
            // Texts, or also numbers and booleans, with keys chosen by the author of the file.
            ObjectNode values = schema.put("type", "object").putObject("additionalProperties");
            if (type.getTypeParameters().get(1).getErasedType() == JsonNode.class) {
                values.putArray("type").add("string").add("number").add("boolean");
            } else {
                values.put("type", "string");
            }
            return new CustomDefinition(schema, DefinitionType.INLINE, AttributeInclusion.YES);
        }
        return ValueKind.of(type.getErasedType())
                .map(kind -> new CustomDefinition(definition(kind, schema)))
                .orElse(null);
    }

    private static ObjectNode definition(ValueKind kind, ObjectNode schema) {
        if (kind == ValueKind.SIZE) {
            schema.putArray("type").add("string").add("integer");
        } else {
            schema.put("type", "string");
        }
        schema.put("pattern", kind.pattern()).put(PATTERN_MESSAGE, kind.expected());
        schema.put(KIND, kind.label());
        return kind == ValueKind.SECRET ? schema.put(SECRET_MARK, true) : schema;
    }
}
