package io.spillway.dataset;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A dataset, whose dumps are published repeatedly.
 *
 * @param name        1 to 64 of {@code [a-z0-9-]}, beginning and ending with a letter or digit; part of every path
 * @param title       for people; the name if none is configured
 * @param description for people, or null
 * @param license     an SPDX expression, or null if not stated
 * @param homepage    URL of a page about it, or null
 * @param covers      routes of the site that a dump of this dataset replaces, each starting with {@code /}: the route
 *                    itself and everything below it, or with a star at its end everything that begins with it
 * @param publisher   the publisher's name, or null if not stated
 * @param customLicense the licence that the one {@code LicenseRef-} in {@code license} means, or null if there is none
 */
public record Dataset(
        String name,
        String title,
        @Nullable String description,
        @Nullable String license,
        @Nullable String homepage,
        List<String> covers,
        @Nullable String publisher,
        @Nullable CustomLicense customLicense) {

    /** The pattern of a dataset's name; the schedule's JSON Schema uses the same expression. */
    public static final String NAME_PATTERN = "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$";

    private static final Pattern NAME = Pattern.compile(NAME_PATTERN);

    /** @throws IllegalArgumentException if the name would need escaping in a path or a URL */
    public Dataset {
        if (!isName(name)) {
            throw new IllegalArgumentException("not a dataset name: \"" + name + "\"");
        }
        covers = List.copyOf(covers);
    }

    /** A dataset whose licence SPDX lists. */
    public Dataset(
            String name,
            String title,
            @Nullable String description,
            @Nullable String license,
            @Nullable String homepage,
            List<String> covers,
            @Nullable String publisher) {
        this(name, title, description, license, homepage, covers, publisher, null);
    }

    /** A dataset without a publisher. */
    public Dataset(
            String name,
            String title,
            @Nullable String description,
            @Nullable String license,
            @Nullable String homepage,
            List<String> covers) {
        this(name, title, description, license, homepage, covers, null);
    }

    /** A dataset with only a name. */
    public static Dataset named(String name) {
        return new Dataset(name, name, null, null, null, List.of());
    }

    /** Whether this is a valid dataset name. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
