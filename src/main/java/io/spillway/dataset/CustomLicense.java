package io.spillway.dataset;

import java.util.regex.Pattern;

/**
 * A licence that SPDX does not list: the publisher's own terms.
 *
 * @param name for people
 * @param url  http or https URL of its text
 */
public record CustomLicense(String name, String url) {
    private static final Pattern WEB = Pattern.compile("https?://[^\\s\"<>]+");

    /** @throws IllegalArgumentException if a member is missing or blank, or the URL would not open in a browser */
    public CustomLicense {
        if (name == null || name.isBlank() || url == null || !WEB.matcher(url).matches()) {
            throw new IllegalArgumentException("a custom licence needs a name and an http or https URL of its text");
        }
    }
}
