package io.spillway.notices.kit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A configuration template with placeholders, {@code {{name}}}, from a resource next to this class. A placeholder on a
 * line of its own takes any number of lines, including none, each with its indentation. Placeholders inside values are
 * not replaced.
 */
final class Template {
    private static final Pattern GAP = Pattern.compile("\\{\\{([a-z_]+)}}");
    private static final Pattern LINE = Pattern.compile("([ \t]*)\\{\\{([a-z_]+)}}");

    private Template() {}

    /** Throws {@link IllegalStateException} on a placeholder without a value, and on a value without a placeholder. */
    static String fill(String resource, Map<String, String> values) {
        Set<String> used = new HashSet<>();
        StringBuilder text = new StringBuilder();
        for (String line : read(resource).lines().toList()) {
            Matcher placeholder = LINE.matcher(line);
            if (placeholder.matches()) {
                String indent = placeholder.group(1);
                value(resource, values, placeholder.group(2), used)
                        .lines()
                        .forEach(each -> text.append(each.isEmpty() ? "" : indent)
                                .append(each)
                                .append('\n'));
            } else {
                text.append(GAP.matcher(line)
                                .replaceAll(
                                        gap -> Matcher.quoteReplacement(value(resource, values, gap.group(1), used))))
                        .append('\n');
            }
        }
        if (!used.equals(values.keySet())) {
            throw new IllegalStateException(resource + " lacks placeholders for some of " + values.keySet());
        }
        return text.toString();
    }

    /** Lines, each with a line end. */
    static String lines(Iterable<String> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private static String value(String resource, Map<String, String> values, String name, Set<String> used) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalStateException(resource + " has a placeholder without a value: " + name);
        }
        used.add(name);
        return value;
    }

    private static String read(String resource) {
        try (InputStream in = Template.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
