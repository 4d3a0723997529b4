package io.spillway.destination.archive;

import io.spillway.dataset.DumpId;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the item of a dump is called. {@code {date}} stands for the day of the snapshot in UTC ({@code 2026-11-21}),
 * {@code {stamp}} for its instant as in paths ({@code 2026-11-21T030000Z}), {@code {dataset}} for the dataset's name.
 * Names are unique on the whole archive, are never changed, and stay taken when an item is gone.
 *
 * @param text such as {@code example-journals-{date}}; see {@link #problems}
 */
public record ItemTemplate(String text) {
    /** The archive asks for 5 to 80 characters and takes 100; a name that only just fits leaves no room to grow. */
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{4,79}");

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)\\}");

    private static final int DAY_LENGTH = "2026-11-21".length();

    /**
     * What is wrong with a template for dumps of a dataset, a sentence each without a full stop; empty if nothing is.
     * Asks nobody: whether a name is taken shows when the item is made.
     */
    public static List<String> problems(String template, String dataset) {
        List<String> problems = new ArrayList<>();
        Matcher matcher = PLACEHOLDER.matcher(template);
        while (matcher.find()) {
            if (!List.of("date", "stamp", "dataset").contains(matcher.group(1))) {
                problems.add("{%s} is not known: {date}, {stamp} and {dataset} are".formatted(matcher.group(1)));
            }
        }
        if (!template.contains("{date}") && !template.contains("{stamp}")) {
            problems.add("every dump is an item of its own, so the name needs {date} or {stamp}");
        }
        String example = fill(template, dataset, "2026-11-21T030000Z");
        if (problems.isEmpty() && !IDENTIFIER.matcher(example).matches()) {
            problems.add(
                    ("\"%s\" is no name of an item: 5 to 80 of A-Z a-z 0-9 . _ -, a letter or digit first, and this"
                                    + " has %d characters")
                            .formatted(example, example.length()));
        }
        return problems;
    }

    /** Whether two dumps of one day get two items. Where they don't, the second of a day is refused as taken. */
    public boolean tellsHoursApart() {
        return text.contains("{stamp}");
    }

    /** The dump's item. */
    Item item(DumpId dump) {
        return new Item(fill(text, dump.dataset(), dump.stamp()), dump);
    }

    private static String fill(String template, String dataset, String stamp) {
        return template.replace("{dataset}", dataset)
                .replace("{stamp}", stamp)
                .replace("{date}", stamp.substring(0, DAY_LENGTH));
    }

    @Override
    public String toString() {
        return text;
    }
}
