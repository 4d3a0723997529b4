package io.spillway.engine;

import io.spillway.config.Secret;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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
        Map<String, String> references = new LinkedHashMap<>();
        values.forEach((reference, value) -> {
            if (value.length() >= SHORTEST) {
                references.putIfAbsent(value, reference);
            }
        });
        if (references.isEmpty()) {
            return text;
        }
        // In one pass: a reference that was put in may contain the value of another one.
        String anyOf = references.keySet().stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|"));
        return Pattern.compile(anyOf)
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(references.get(found.group())));
    }

    /** The text with values in place of the references. */
    String reveal(String text) {
        return REFERENCE
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(values.getOrDefault(found.group(), found.group())));
    }
}
