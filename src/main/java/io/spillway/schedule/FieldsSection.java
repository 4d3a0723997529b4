package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.Secret;
import io.spillway.fields.Blurs;
import io.spillway.fields.FieldPattern;
import io.spillway.fields.FieldPolicy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The section {@code fields}: which fields of each document are published. */
public record FieldsSection(
        @JsonPropertyDescription(
                "Fields to publish: dotted paths, * for a part of one name, ** for any number of names")
        @JsonProperty(defaultValue = "[]")
        List<String> include,

        @JsonPropertyDescription("Fields to withhold, with everything below them; overrides include and blur")
        @JsonProperty(defaultValue = "[]")
        List<String> exclude,

        @JsonPropertyDescription("Fields to publish with blurred values") @JsonProperty(defaultValue = "[]")
        List<BlurSection> blur,

        @JsonPropertyDescription(
                "Handling of unlisted fields: stop the run, withhold, or publish. When absent, stop if there are"
                        + " rules, else publish")
        @Nullable
        Unlisted unlisted,

        @JsonPropertyDescription("Key for hashes, at least 16 bytes; another key gives other hashes") @Nullable
        Secret hashKey,

        @JsonPropertyDescription("Descriptions of fields, for schema.json and datapackage.json: a text for each path")
        @JsonProperty(defaultValue = "{}")
        Map<String, String> descriptions,

        @JsonPropertyDescription("Whether schema.json shows a published value of each field")
        @JsonProperty(defaultValue = "false")
        boolean examples) {

    /** Throws {@link IllegalArgumentException} if a path cannot name a field, or a hash has no valid key. */
    public FieldsSection {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
        blur = List.copyOf(blur);
        descriptions = Map.copyOf(descriptions);
        patterns("include", include);
        patterns("exclude", exclude);
        if (hashKey == null && blur.stream().anyMatch(each -> each.by() == BlurSection.Way.HASH)) {
            throw new IllegalArgumentException("by: hash requires hash-key, such as ${env:SPILLWAY_HASH_KEY}");
        }
        if (hashKey != null) {
            var unused = Blurs.hash(hashKey.reveal());
        }
        if (unlisted == Unlisted.STOP && include.isEmpty() && exclude.isEmpty() && blur.isEmpty()) {
            throw new IllegalArgumentException(
                    "unlisted: stop requires rules, because without them no field is published");
        }
    }

    /** The policy of this section. */
    public FieldPolicy toPolicy() {
        String key = hashKey == null ? null : hashKey.reveal();
        boolean rules = !include.isEmpty() || !exclude.isEmpty() || !blur.isEmpty();
        Unlisted chosen = unlisted != null ? unlisted : rules ? Unlisted.STOP : Unlisted.PUBLISH;
        return new FieldPolicy(
                patterns("include", include),
                patterns("exclude", exclude),
                blur.stream().map(each -> each.toRule(key)).toList(),
                switch (chosen) {
                    case STOP -> FieldPolicy.Unlisted.STOP;
                    case WITHHOLD -> FieldPolicy.Unlisted.WITHHOLD;
                    case PUBLISH -> FieldPolicy.Unlisted.PUBLISH;
                });
    }

    private static List<FieldPattern> patterns(String list, List<String> paths) {
        return paths.stream()
                .map(path -> {
                    try {
                        return FieldPattern.of(path);
                    } catch (IllegalArgumentException wrong) {
                        throw new IllegalArgumentException(
                                "%s: \"%s\" %s".formatted(list, path, wrong.getMessage()), wrong);
                    }
                })
                .toList();
    }

    /** Handling of a field that no rule names. */
    public enum Unlisted {
        /** The run stops with an error that names the field. */
        @JsonProperty("stop")
        STOP,
        /** It is left out and reported. */
        @JsonProperty("withhold")
        WITHHOLD,
        /** It is published. */
        @JsonProperty("publish")
        PUBLISH
    }
}
