package io.spillway.fields;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.Arrays;
import java.util.regex.Pattern;

/** Paths of fields as people read them: names in documents may hold anything, and may be of any length. */
public final class FieldPath {
    /** Longer ones are cut: a name can be as long as a document. */
    private static final int SHOWN = 200;

    /** What YAML takes for text as it stands: neither an indicator, nor a number, nor one of YAML's own words. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_.*-]*");

    private static final Pattern WORD = Pattern.compile("(?i)y|n|yes|no|on|off|true|false|null");

    private FieldPath() {}

    /** The path for a message or a log, on one line: what would break the line is escaped as in JSON. */
    public static String shown(String path) {
        String text = path.length() <= SHOWN ? path : path.substring(0, SHOWN) + "\u2026";
        return escaped(text);
    }

    /** The entry of a list in YAML that names the path, or the field that {@code pattern} says: quoted where it has to be. */
    static String asEntry(String pattern) {
        boolean plain =
                PLAIN.matcher(pattern).matches() && !WORD.matcher(pattern).matches();
        return "- " + (plain ? shown(pattern) : '"' + shown(pattern) + '"');
    }

    /** Whether a rule can spell out this path: no name of it is blank, has blanks around it, or has a star. */
    static boolean canBeARule(String path) {
        return Arrays.stream(path.split("\\.", -1))
                .noneMatch(name -> name.isBlank() || !name.strip().equals(name) || name.contains("*"));
    }

    private static String escaped(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }
}
