package io.spillway.fields;

import java.text.Normalizer;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The path of a rule: names joined by dots, where {@code *} matches any part of one name and {@code **} any number of
 * whole names, including none. {@code bibjson.**} is {@code bibjson} and all its content, {@code *.id} the {@code id}
 * of every top-level object, {@code **.email} every {@code email} at any depth. Immutable.
 *
 * <p>Paths are matched name by name, as documents are read: a set of positions in the pattern, one bit each, represents
 * what the names so far have matched.
 *
 * <p>A letter with an accent has two equivalent encodings (Unicode, canonical equivalence), which look the same.
 * {@link #step} treats both as the same name; {@link #stepExactly} matches only the pattern's own.
 */
public final class FieldPattern {
    /** One bit per position, including the end. */
    private static final int MAX_NAMES = 62;

    private static final String ANY_DEPTH = "**";
    /** An unpaired surrogate, whose escape is kept in names. */
    private static final Pattern ESCAPE = Pattern.compile("\\\\u[dD][89a-fA-F]\\p{XDigit}{2}");

    private final String text;
    private final List<Name> names;
    private final List<Name> composedNames;
    private final long end;
    /** The positions after the leading names without a star. */
    private final long named;

    private FieldPattern(String text, List<Name> names) {
        this.text = text;
        this.names = names;
        this.composedNames = names.stream().map(Name::composed).toList();
        this.end = 1L << names.size();
        long behind = 0;
        for (int at = 0; at < names.size() && names.get(at).isExact(); at++) {
            behind |= 1L << (at + 1);
        }
        this.named = behind & ~end;
    }

    /**
     * Parses a pattern.
     *
     * @throws IllegalArgumentException if it cannot name a field; the message explains why, for the author of the
     *     schedule
     */
    public static FieldPattern of(String text) {
        List<String> parts = Stream.of(text.split("\\.", -1)).toList();
        if (parts.size() > MAX_NAMES) {
            throw new IllegalArgumentException("must have at most " + MAX_NAMES + " names");
        }
        if (parts.stream().anyMatch(part -> part.isBlank() || !part.strip().equals(part))) {
            throw new IllegalArgumentException("must be names joined by single dots, such as author.name");
        }
        if (parts.stream().anyMatch(part -> part.contains(ANY_DEPTH) && !part.equals(ANY_DEPTH))) {
            throw new IllegalArgumentException("must have ** between dots only, such as author.** or **.email");
        }
        return new FieldPattern(text, parts.stream().map(Name::of).toList());
    }

    /** Whether it names exactly one path, because it has no star. */
    public boolean isExact() {
        return names.stream().allMatch(Name::isExact);
    }

    /** A canonical form that is the same for both encodings of letters with accents, and for both cases of an escape. */
    static String composed(String name) {
        String composed = Normalizer.normalize(name, Normalizer.Form.NFC);
        return composed.indexOf('\\') < 0
                ? composed
                : ESCAPE.matcher(composed)
                        .replaceAll(escape -> '\\' + escape.group().toLowerCase(Locale.ROOT));
    }

    /** The initial positions. */
    long start() {
        return closed(1L);
    }

    /** The positions after another name, encoded exactly as in the pattern. */
    long stepExactly(long positions, String name) {
        return step(names, positions, name);
    }

    /** The positions after another name, in either encoding of letters with accents. */
    long step(long positions, String name) {
        return step(names, positions, name) | step(composedNames, positions, composed(name));
    }

    private long step(List<Name> of, long positions, String name) {
        long next = 0;
        for (int at = 0; at < of.size(); at++) {
            if ((positions & (1L << at)) != 0) {
                if (of.get(at).anyDepth) {
                    next |= 1L << at;
                } else if (of.get(at).matches(name)) {
                    next |= 1L << (at + 1);
                }
            }
        }
        return closed(next);
    }

    /**
     * The names, {@linkplain #composed composed}, one of which must come next for a match below these positions; null if others
     * match too, because a star comes next.
     */
    @Nullable
    Set<String> nextNames(long positions) {
        Set<String> found = new HashSet<>();
        for (int at = 0; at < names.size(); at++) {
            if ((positions & (1L << at)) != 0) {
                if (!names.get(at).isExact()) {
                    return null;
                }
                found.add(composedNames.get(at).text());
            }
        }
        return found;
    }

    /** Whether the pattern names the path so far. */
    boolean names(long positions) {
        return (positions & end) != 0;
    }

    /** Whether it names every path below the path so far. */
    boolean namesAllBelow(long positions) {
        return names.get(names.size() - 1).anyDepth && (positions & (end >> 1)) != 0;
    }

    /** Whether it names any path below the path so far. */
    boolean namesSomeBelow(long positions) {
        return (positions & ~end) != 0;
    }

    /** Whether it contains the exact names so far, without a star, and names a path below them. */
    boolean leadsBelow(long positions) {
        return (positions & named) != 0;
    }

    /** Adds the positions after each {@code **}, which may match nothing. */
    private long closed(long positions) {
        long all = positions;
        for (int at = 0; at < names.size(); at++) {
            if ((all & (1L << at)) != 0 && names.get(at).anyDepth) {
                all |= 1L << (at + 1);
            }
        }
        return all;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FieldPattern pattern && pattern.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** The pattern as in the schedule. */
    @Override
    public String toString() {
        return text;
    }

    /** One name of a pattern; {@code stars} is set if it contains stars. */
    private record Name(
            String text, boolean anyDepth, @Nullable Pattern stars) {
        static Name of(String text) {
            if (text.equals(ANY_DEPTH)) {
                return new Name(text, true, null);
            }
            return new Name(text, false, text.contains("*") ? glob(text) : null);
        }

        boolean isExact() {
            return stars == null && !anyDepth;
        }

        Name composed() {
            return of(FieldPattern.composed(text));
        }

        boolean matches(String name) {
            return stars == null ? text.equals(name) : stars.matcher(name).matches();
        }

        private static Pattern glob(String text) {
            StringBuilder regex = new StringBuilder();
            for (String literal : text.split("\\*", -1)) {
                regex.append(regex.isEmpty() ? "" : ".*").append(literal.isEmpty() ? "(?:)" : Pattern.quote(literal));
            }
            return Pattern.compile(regex.toString(), Pattern.DOTALL);
        }
    }
}
