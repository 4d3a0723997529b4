package io.spillway.fields;

import java.text.Normalizer;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The path of a rule: names joined by dots, where {@code *} stands for any part of one name and {@code **} for any number
 * of whole names, none included. {@code bibjson.**} is {@code bibjson} and all that lies in it, {@code *.id} the {@code
 * id} of every object at the top, {@code **.email} every {@code email} at any depth. Immutable.
 *
 * <p>Paths are walked name by name, as documents are: a set of positions in the pattern, one bit each, says what the
 * names so far have matched.
 *
 * <p>A letter with an accent can be written as one character or as two (Unicode, canonical equivalence), and readers see no
 * difference. {@link #step} takes both spellings for the same name; {@link #stepExactly} takes the pattern's alone.
 */
public final class FieldPattern {
    /** One bit a position, the end included. */
    private static final int MAX_NAMES = 62;

    private static final String ANY_DEPTH = "**";

    private final String text;
    private final List<Name> names;
    private final List<Name> composedNames;
    private final long end;
    /** The positions behind the leading names without a star. */
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
     * A pattern from its text.
     *
     * @throws IllegalArgumentException it cannot name a field; the message says why, for the reader of the file
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

    /** Whether it names one path alone, having no star. */
    public boolean isExact() {
        return names.stream().allMatch(Name::isExact);
    }

    /** The same for letters with accents as for their other spelling. */
    static String composed(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFC);
    }

    /** Where a walk begins. */
    long start() {
        return closed(1L);
    }

    /** The positions after one more name, spelled as in the pattern. */
    long stepExactly(long positions, String name) {
        return step(names, positions, name);
    }

    /** The positions after one more name, whichever way its letters with accents are written. */
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

    /** Whether the names so far are a path that this pattern names. */
    boolean names(long positions) {
        return (positions & end) != 0;
    }

    /** Whether it names every path below the names so far. */
    boolean namesAllBelow(long positions) {
        return names.get(names.size() - 1).anyDepth && (positions & (end >> 1)) != 0;
    }

    /** Whether it names any path below the names so far. */
    boolean namesSomeBelow(long positions) {
        return (positions & ~end) != 0;
    }

    /** Whether it spells out the names so far, without a star, and names a path below them. */
    boolean leadsBelow(long positions) {
        return (positions & named) != 0;
    }

    /** Adds the positions behind each {@code **}, which may stand for nothing. */
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

    /** As it stands in the file. */
    @Override
    public String toString() {
        return text;
    }

    /** One name of a pattern; {@code stars} is there where it has some. */
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
