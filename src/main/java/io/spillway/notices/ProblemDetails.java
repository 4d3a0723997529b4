package io.spillway.notices;

import org.jspecify.annotations.Nullable;

/**
 * A notice as problem details (RFC 9457). Independent of the request.
 *
 * @param type          URL of the problem type, or {@code about:blank} if the site has no public URL
 * @param title         of the problem, in the notice's language
 * @param status        of the response
 * @param detail        explanation for people
 * @param help          page with all downloads, or null
 * @param documentation page about the use of the site, or null
 * @param contact       contact, or null
 * @param bulkDownloads the available downloads
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
