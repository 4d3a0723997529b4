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
 * A configuration with gaps, {@code {{name}}}, from a resource beside this class. A gap that is a line of its own takes any
 * number of lines, each indented as it is, also none. Values are not looked into.
 */
final class Template {
    private static final Pattern GAP = Pattern.compile("\\{\\{([a-z_]+)}}");
    private static final Pattern LINE = Pattern.compile("([ \t]*)\\{\\{([a-z_]+)}}");

    private Template() {}

    /** Fails with {@link IllegalStateException} on a gap without a value, and on a value without a gap. */
    static String fill(String resource, Map<String, String> values) {
        Set<String> used = new HashSet<>();
        StringBuilder text = new StringBuilder();
        for (String line : read(resource).lines().toList()) {
            Matcher whole = LINE.matcher(line);
            if (whole.matches()) {
                String indent = whole.group(1);
                value(resource, values, whole.group(2), used)
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
            throw new IllegalStateException(resource + " has no gaps for all of " + values.keySet());
        }
        return text.toString();
    }

    /** Lines, each ended. */
    static String lines(Iterable<String> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private static String value(String resource, Map<String, String> values, String name, Set<String> used) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalStateException(resource + " has a gap that nothing fills: " + name);
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
