package io.spillway.notices;

import org.jspecify.annotations.Nullable;

/**
 * The subject of a notice.
 *
 * @param dataset   its name, or null for the site
 * @param downloads the available downloads
 * @param help      URL of the page for people, or null
 * @param homepage  URL of a page about the dataset, as set by the operator, or null
 * @param problems  base URL of the problem types, or null if there is none
 */
record Subject(
        @Nullable String dataset,
        BulkDownloads downloads,
        @Nullable String help,
        @Nullable String homepage,
        @Nullable String problems) {

    Subject with(BulkDownloads other) {
        return new Subject(dataset, other, help, homepage, problems);
    }
}
