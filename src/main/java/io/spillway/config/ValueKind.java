package io.spillway.config;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The types that are written as a single text in a file, with their syntax and parsers. */
enum ValueKind {
    SECRET(Secret.class, Secret.PATTERN, Secret.EXPECTED) {
        @Override
        Object parse(String text, Environment environment) {
            return Secret.parse(text, environment);
        }
    },
    SIZE(DataSize.class, DataSize.PATTERN, DataSize.EXPECTED) {
        @Override
        Object parse(String text, Environment environment) {
            return DataSize.parse(text);
        }
    },
    DURATION(Duration.class, DurationText.PATTERN, DurationText.EXPECTED) {
        @Override
        Object parse(String text, Environment environment) {
            return DurationText.parse(text);
        }
    },
    PERCENT(Percent.class, Percent.PATTERN, Percent.EXPECTED) {
        @Override
        Object parse(String text, Environment environment) {
            return Percent.parse(text);
        }
    },
    CRON(Cron.class, Cron.PATTERN, Cron.EXPECTED) {
        @Override
        Object parse(String text, Environment environment) {
            return Cron.parse(text);
        }

        @Override
        String explain(String text) {
            return Cron.explain(text);
        }
    },
    ZONE(ZoneId.class, "^[A-Za-z][A-Za-z0-9_+/-]*$", "must be a time zone such as Europe/Berlin or UTC") {
        @Override
        Object parse(String text, Environment environment) {
            // Only names: an offset such as UTC+1 would be wrong for half of the year in zones with daylight saving
            // time.
            if (!ZoneId.getAvailableZoneIds().contains(text)) {
                throw new IllegalArgumentException(expected()
                        + Spelling.nearest(text, ZoneId.getAvailableZoneIds())
                                .filter(zone -> text.chars().noneMatch(Character::isDigit))
                                .map(zone -> "; did you mean " + zone + "?")
                                .orElse(""));
            }
            return ZoneId.of(text);
        }
    },
    PATH(Path.class, "^[^\\x00]+$", "must be a path") {
        @Override
        Object parse(String text, Environment environment) {
            try {
                return Path.of(text);
            } catch (InvalidPathException invalid) {
                throw new IllegalArgumentException(expected(), invalid);
            }
        }
    },
    ADDRESS(URI.class, WebAddress.PATTERN, WebAddress.EXPECTED) {
        @Override
        Object parse(String text, Environment environment) {
            return WebAddress.parse(text);
        }
    };

    private final Class<?> type;
    private final String pattern;
    private final String expected;

    ValueKind(Class<?> type, String pattern, String expected) {
        this.type = type;
        this.pattern = pattern;
        this.expected = expected;
    }

    /** Parses a text; throws {@link IllegalArgumentException} with a message that is shown to the reader unchanged. */
    abstract Object parse(String text, Environment environment);

    /** The Java type of a component of this kind. */
    Class<?> type() {
        return type;
    }

    /** The regular expression of the whole text. */
    String pattern() {
        return pattern;
    }

    /** The message for an invalid text. */
    String expected() {
        return expected;
    }

    /** The problem of a text that does not match the pattern. */
    String explain(String text) {
        return expected();
    }

    /** The name in the schema. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<ValueKind> of(Class<?> type) {
        return Stream.of(values()).filter(kind -> kind.type == type).findFirst();
    }

    static Optional<ValueKind> labelled(String label) {
        return Stream.of(values()).filter(kind -> kind.label().equals(label)).findFirst();
    }
}
