package io.spillway.page;

import io.spillway.dataset.CustomLicense;
import io.spillway.dataset.License;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The page {@code index.html} in the folder of a dump: describes the dump, and has a relative link to each of its
 * files. It is written once, is identical at every destination, and its URL is used in citations. It does not depend on
 * directory listings of the web server. Programs that follow the links of a page, such as {@code rclone} and {@code
 * wget -r}, copy the dump.
 *
 * @param title          of the dataset
 * @param description    for people, or null
 * @param dump           the dump's id
 * @param instant        time of the snapshot, as for HTML's {@code datetime}
 * @param documents      number of documents, as text
 * @param size           total size of its parts, as text
 * @param license        an SPDX expression or the name of a custom licence, or null
 * @param licenseAddress URL of the licence's text, or null
 * @param publisher      the publisher's name, or null
 * @param dataset        address of the dataset's page, relative where possible
 * @param files          every file of the dump, this page among them
 * @param loadedBy       programs with the line that loads the files, for people; may be empty
 */
public record DumpPage(
        String title,
        @Nullable String description,
        String dump,
        String instant,
        String documents,
        String size,
        @Nullable String license,
        @Nullable String licenseAddress,
        @Nullable String publisher,
        String dataset,
        List<File> files,
        List<String> loadedBy,
        String style,
        String policy) {
    /** Its name, in the folder of the dump. */
    public static final String FILE_NAME = "index.html";

    /**
     * A file of the dump.
     *
     * @param name its name, which is also its relative URL
     * @param size as text, or empty if the file is written after the page
     */
    public record File(String name, String size) {
        /** A file of {@code bytes} bytes. */
        public static File of(String name, long bytes) {
            return new File(name, Texts.all().get(0).bytes(bytes));
        }
    }

    /** Takes copies. */
    public DumpPage {
        files = List.copyOf(files);
        loadedBy = List.copyOf(loadedBy);
    }

    /** The bytes of the page. */
    public static byte[] write(
            String title,
            @Nullable String description,
            String dump,
            Instant takenAt,
            long documents,
            long bytes,
            @Nullable String license,
            @Nullable CustomLicense customLicense,
            @Nullable String publisher,
            String dataset,
            List<File> files,
            List<String> loadedBy) {
        Texts texts = Texts.all().get(0);
        String style = Pages.resource("style.css");
        return new Templates()
                .render(
                        "dump.jte",
                        new DumpPage(
                                title,
                                description,
                                dump,
                                Texts.instant(takenAt),
                                texts.count(documents),
                                texts.bytes(bytes),
                                license == null ? null : License.label(license, customLicense),
                                license == null
                                        ? null
                                        : License.address(license, customLicense)
                                                .orElse(null),
                                publisher,
                                dataset,
                                files,
                                loadedBy,
                                style,
                                Templates.policy(style)));
    }
}
