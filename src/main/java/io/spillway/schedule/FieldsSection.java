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

/** The section {@code fields}: what is published of each document. */
public record FieldsSection(
        @JsonPropertyDescription(
                "Fields that are published: dotted paths, * for a part of one name, ** for any number of names")
        @JsonProperty(defaultValue = "[]")
        List<String> include,

        @JsonPropertyDescription("Fields that are withheld, with all that lies in them, whatever include and blur say")
        @JsonProperty(defaultValue = "[]")
        List<String> exclude,

        @JsonPropertyDescription("Fields that are published with values that tell less")
        @JsonProperty(defaultValue = "[]")
        List<BlurSection> blur,

        @JsonPropertyDescription(
                "What becomes of a field that no rule names: stop the run, withhold it, or publish it; stop when there"
                        + " are rules, publish when there are none")
        @Nullable
        Unlisted unlisted,

        @JsonPropertyDescription("Key for hashes, at least 16 bytes; with another one, hashes are others") @Nullable
        Secret hashKey,

        @JsonPropertyDescription("What fields mean, for schema.json and datapackage.json: a text for each path")
        @JsonProperty(defaultValue = "{}")
        Map<String, String> descriptions,

        @JsonPropertyDescription("Whether schema.json shows a published value of each field")
        @JsonProperty(defaultValue = "false")
        boolean examples) {

    /** Fails with {@link IllegalArgumentException} on a path that cannot name a field, and on a hash without a good key. */
    public FieldsSection {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
        blur = List.copyOf(blur);
        descriptions = Map.copyOf(descriptions);
        patterns("include", include);
        patterns("exclude", exclude);
        if (hashKey == null && blur.stream().anyMatch(each -> each.by() == BlurSection.Way.HASH)) {
            throw new IllegalArgumentException("by: hash needs a hash-key, such as ${env:SPILLWAY_HASH_KEY}");
        }
        if (hashKey != null) {
            var unused = Blurs.hash(hashKey.reveal());
        }
        if (unlisted == Unlisted.STOP && include.isEmpty() && exclude.isEmpty() && blur.isEmpty()) {
            throw new IllegalArgumentException("unlisted: stop needs rules, or no field could ever be published");
        }
    }

    /** The policy that these keys describe. */
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

    /** What becomes of a field that no rule names. */
    public enum Unlisted {
        /** The run ends and names it. */
        @JsonProperty("stop")
        STOP,
        /** It is left out, and the run says so. */
        @JsonProperty("withhold")
        WITHHOLD,
        /** It is published. */
        @JsonProperty("publish")
        PUBLISH
    }
}
