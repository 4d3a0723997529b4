package io.spillway.notices;

import org.jspecify.annotations.Nullable;

/**
 * A notice as problem details (RFC 9457). Nothing in it differs between two requests.
 *
 * @param type          the problem's own address, or {@code about:blank} where the site has no public one
 * @param title         of the problem, in the notice's language
 * @param status        of the answer
 * @param detail        what a person needs to know
 * @param help          page with everything that there is to download, or null
 * @param documentation page about the use of the site, or null
 * @param contact       whom to ask, or null
 * @param bulkDownloads what there is instead
 */
record ProblemDetails(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String help,
        @Nullable String documentation,
        @Nullable String contact,
        BulkDownloads bulkDownloads) {}
