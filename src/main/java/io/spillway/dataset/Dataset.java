package io.spillway.dataset;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is published again and again.
 *
 * @param name        1 to 64 of {@code [a-z0-9-]}, beginning and ending with a letter or digit; part of every path
 * @param title       for people; the name where nothing better is known
 * @param description for people, or null
 * @param license     an SPDX identifier, or null where nobody has said
 * @param homepage    where people read about it, or null
 * @param covers      the routes of the site that a dump of this dataset replaces, each starting with {@code /}: itself and
 *     what is below it, or with a star at its end everything that begins with it
 * @param publisher   who publishes it, by name, or null where nobody has said
 */
public record Dataset(
        String name,
        String title,
        @Nullable String description,
        @Nullable String license,
        @Nullable String homepage,
        List<String> covers,
        @Nullable String publisher) {

    /** What a dataset's name looks like; the schedule's JSON Schema uses the same expression. */
    public static final String NAME_PATTERN = "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$";

    private static final Pattern NAME = Pattern.compile(NAME_PATTERN);

    /** Fails with {@link IllegalArgumentException} on a name that could not stand in a path or a URL as it is. */
    public Dataset {
        if (!isName(name)) {
            throw new IllegalArgumentException("not a dataset name: \"" + name + "\"");
        }
        covers = List.copyOf(covers);
    }

    /** A dataset of which nobody has said who publishes it. */
    public Dataset(
            String name,
            String title,
            @Nullable String description,
            @Nullable String license,
            @Nullable String homepage,
            List<String> covers) {
        this(name, title, description, license, homepage, covers, null);
    }

    /** A dataset of which only the name is known. */
    public static Dataset named(String name) {
        return new Dataset(name, name, null, null, null, List.of());
    }

    /** Whether this may be a dataset's name. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
