package io.spillway.destination.archive;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the page of an item says. Read by the archive when the item is made, and never again: what changes later holds
 * for the dumps made later.
 *
 * @param title       of the dataset; the day is added
 * @param description for people, HTML allowed, or null; long ones are cut, since {@code README.md} has the whole
 * @param creator     who publishes it, or null
 * @param licenseUrl  the licence's address, such as {@code https://creativecommons.org/publicdomain/zero/1.0/}, or null
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

    /** Fails with {@link IllegalArgumentException} on more subjects than that. */
    public ItemMetadata {
        subjects = List.copyOf(subjects);
        if (subjects.size() > MAX_SUBJECTS) {
            throw new IllegalArgumentException("at most " + MAX_SUBJECTS + " subjects, not " + subjects.size());
        }
    }
}
