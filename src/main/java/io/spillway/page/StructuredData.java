package io.spillway.page;

import io.spillway.catalog.Listing;
import io.spillway.dataset.CustomLicense;
import io.spillway.dataset.License;
import io.spillway.manifest.ManifestJson;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A dump as schema.org Dataset, for dataset search engines. */
final class StructuredData {
    /** Limits the size of the page; the rest is in the manifest. */
    private static final int MAX_FILES = 50;

    /** Minimum length of a description for search engines. */
    private static final int MIN_DESCRIPTION = 50;

    private static final int MAX_DESCRIPTION = 5000;

    private StructuredData() {}

    /**
     * JSON that is safe in a script element: no text in it can end that element or start a comment.
     *
     * @param page      URL of the page, or null if it is not public
     * @param publisher name of the publisher, or null if not stated
     */
    static String of(Listing latest, @Nullable String page, @Nullable String publisher) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("@context", "https://schema.org/");
        data.put("@type", "Dataset");
        data.put("name", latest.title());
        data.put("description", description(latest));
        put(data, "url", page);
        put(data, "sameAs", DatasetPage.opens(latest.homepage()) ? latest.homepage() : null);
        String license = latest.license();
        if (license != null) {
            data.put("license", license(license, latest.customLicense()));
        }
        if (publisher != null) {
            Map<String, Object> organization = new LinkedHashMap<>();
            organization.put("@type", "Organization");
            organization.put("name", publisher);
            data.put("creator", organization);
            data.put("publisher", organization);
        }
        data.put("isAccessibleForFree", true);
        data.put("version", latest.dump().substring(latest.dataset().length() + 1));
        data.put("dateModified", latest.takenAt().toString());
        data.put(
                "distribution",
                latest.files().stream()
                        .limit(MAX_FILES)
                        .map(StructuredData::distribution)
                        .toList());
        String json = new String(ManifestJson.writeLine(data), StandardCharsets.UTF_8);
        // In JSON these occur only in strings, where they may be escaped.
        return json.replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
    }

    /** The URL of a licence on SPDX's list; otherwise its name, and the URL of a custom licence. */
    private static Object license(String expression, @Nullable CustomLicense custom) {
        Optional<String> listed = License.address(expression);
        if (listed.isPresent()) {
            return listed.get();
        }
        Map<String, Object> work = new LinkedHashMap<>();
        work.put("@type", "CreativeWork");
        work.put("name", License.label(expression, custom));
        put(work, "url", License.address(expression, custom).orElse(null));
        return work;
    }

    private static String description(Listing latest) {
        String given = latest.description() == null ? latest.title() : latest.description();
        String text = given.length() >= MIN_DESCRIPTION
                ? given
                : given + " All " + latest.documents() + " documents as files, renewed regularly.";
        return text.length() <= MAX_DESCRIPTION ? text : text.substring(0, MAX_DESCRIPTION);
    }

    private static Map<String, Object> distribution(Listing.File file) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("@type", "DataDownload");
        data.put("name", file.name());
        data.put("contentUrl", file.address());
        data.put("encodingFormat", file.mediaType());
        data.put("contentSize", file.bytes() + " B");
        data.put("sha256", file.sha256());
        return data;
    }

    private static void put(Map<String, Object> data, String name, @Nullable String value) {
        if (value != null) {
            data.put(name, value);
        }
    }
}
