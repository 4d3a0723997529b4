package io.spillway.notices;

import org.jspecify.annotations.Nullable;

/**
 * What a notice is about.
 *
 * @param dataset   its name, or null for the site
 * @param downloads what there is instead
 * @param help      address of the page for people, or null
 * @param homepage  address of a page about the dataset, in the operator's words, or null
 * @param problems  what the problem types' addresses begin with, or null where there is none
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
