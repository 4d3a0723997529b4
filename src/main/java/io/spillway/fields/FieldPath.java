package io.spillway.fields;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.Arrays;
import java.util.regex.Pattern;

/** Formats paths of fields for people: names in documents may contain anything and have any length. */
public final class FieldPath {
    /** Longer paths are truncated: a name can be as long as a document. */
    private static final int SHOWN = 200;

    /** What YAML reads as plain text: neither an indicator, nor a number, nor one of YAML's keywords. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_.*-]*");

    private static final Pattern WORD = Pattern.compile("(?i)y|n|yes|no|on|off|true|false|null");

    private FieldPath() {}

    /** The path for a message or a log, on one line, with control characters escaped as in JSON. */
    public static String shown(String path) {
        String text = path.length() <= SHOWN ? path : path.substring(0, SHOWN) + "\u2026";
        return escaped(text);
    }

    /** A YAML list entry for a path or pattern, quoted if necessary. */
    static String asEntry(String pattern) {
        boolean plain =
                PLAIN.matcher(pattern).matches() && !WORD.matcher(pattern).matches();
        return "- " + (plain ? shown(pattern) : '"' + shown(pattern) + '"');
    }

    /** Whether a rule can contain this path: no name in it is blank, has surrounding blanks, or contains a star. */
    static boolean canBeARule(String path) {
        return Arrays.stream(path.split("\\.", -1))
                .noneMatch(name -> name.isBlank() || !name.strip().equals(name) || name.contains("*"));
    }

    private static String escaped(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }
}
