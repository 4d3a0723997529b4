package io.spillway.destination.archive;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Texts of an item's page. The archive reads them only when the item is created, so a change affects later dumps only.
 *
 * @param title       of the dataset; the day is appended
 * @param description for people, HTML allowed, or null; truncated if long, since {@code README.md} has the full text
 * @param creator     the publisher, or null
 * @param licenseUrl  the licence's URL, such as {@code https://creativecommons.org/publicdomain/zero/1.0/}, or null
 * @param subjects    keywords, at most 100
 */
public record ItemMetadata(
        String title,
        @Nullable String description,
        @Nullable String creator,
        @Nullable URI licenseUrl,
        List<String> subjects) {
    /** Values of a field are numbered with two digits. */
    private static final int MAX_SUBJECTS = 100;

    /** @throws IllegalArgumentException if there are more than 100 subjects */
    public ItemMetadata {
        subjects = List.copyOf(subjects);
        if (subjects.size() > MAX_SUBJECTS) {
            throw new IllegalArgumentException("at most " + MAX_SUBJECTS + " subjects, not " + subjects.size());
        }
    }
}
