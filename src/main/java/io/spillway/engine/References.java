package io.spillway.engine;

import io.spillway.config.Secret;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The references of a schedule, with their values in this process. Texts that leave the process have the references in place of the
 * values. Immutable.
 */
final class References {
    private static final Pattern REFERENCE =
            Pattern.compile("(?<!\\$)\\$\\{(env:[A-Za-z_][A-Za-z0-9_]*|file:[^}\"]+)\\}");
    /** A shorter value is part of other words, and is not a secret. */
    private static final int SHORTEST = 3;

    private final Map<String, String> values;

    private References(Map<String, String> values) {
        this.values = values;
    }

    /** The references in a text. One without a value is left out. */
    static References in(String text) {
        Map<String, String> found = new LinkedHashMap<>();
        Matcher reference = REFERENCE.matcher(text);
        while (reference.find()) {
            value(reference.group()).ifPresent(value -> found.put(reference.group(), value));
        }
        return new References(found);
    }

    private static Optional<String> value(String reference) {
        try {
            return Optional.of(Secret.parse(reference).reveal());
        } catch (IllegalArgumentException missing) {
            // The reader of the schedule reports it, with its place.
            return Optional.empty();
        }
    }

    /** The text with references in place of their values, the longest first. */
    String hide(String text) {
        String hidden = text;
        for (Map.Entry<String, String> each : values.entrySet().stream()
                .filter(each -> each.getValue().length() >= SHORTEST)
                .sorted(Comparator.comparingInt(each -> -each.getValue().length()))
                .toList()) {
            hidden = hidden.replace(each.getValue(), each.getKey());
        }
        return hidden;
    }

    /** The text with values in place of the references. */
    String reveal(String text) {
        return REFERENCE
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(values.getOrDefault(found.group(), found.group())));
    }
}
