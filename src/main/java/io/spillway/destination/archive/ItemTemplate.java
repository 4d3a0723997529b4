package io.spillway.destination.archive;

import io.spillway.dataset.DumpId;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Template for the name of a dump's item: {@code {date}} is the day of the snapshot in UTC ({@code 2026-11-21}), {@code
 * {stamp}} its instant as in paths ({@code 2026-11-21T030000Z}), {@code {dataset}} the dataset's name. Names are unique
 * on the whole archive, never change, and stay taken after an item is gone.
 *
 * @param text such as {@code example-journals-{date}}; see {@link #problems}
 */
public record ItemTemplate(String text) {
    /** The archive asks for 5 to 80 characters and accepts 100; the stricter limit leaves room. */
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{4,79}");

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)\\}");

    private static final int DAY_LENGTH = "2026-11-21".length();

    /**
     * Problems of a template for a dataset's dumps, one sentence each without a full stop; empty if there are none.
     * Sends no request: whether a name is taken is known only when the item is created.
     */
    public static List<String> problems(String template, String dataset) {
        List<String> problems = new ArrayList<>();
        Matcher matcher = PLACEHOLDER.matcher(template);
        while (matcher.find()) {
            if (!List.of("date", "stamp", "dataset").contains(matcher.group(1))) {
                problems.add("{%s} is not a placeholder: use {date}, {stamp} or {dataset}".formatted(matcher.group(1)));
            }
        }
        if (!template.contains("{date}") && !template.contains("{stamp}")) {
            problems.add("each dump needs its own item: the name must contain {date} or {stamp}");
        }
        String example = fill(template, dataset, "2026-11-21T030000Z");
        if (problems.isEmpty() && !IDENTIFIER.matcher(example).matches()) {
            problems.add(
                    ("\"%s\" is not a valid item name: use 5 to 80 of A-Z a-z 0-9 . _ -, a letter or digit first; this"
                                    + " has %d characters")
                            .formatted(example, example.length()));
        }
        return problems;
    }

    /**
     * Whether two dumps of one day get different items. If not, the second dump of a day is refused because the name is
     * taken.
     */
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
