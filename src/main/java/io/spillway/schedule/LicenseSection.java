package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.OrText;
import io.spillway.config.Spelling;
import io.spillway.dataset.CustomLicense;
import io.spillway.dataset.License;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.text.Normalizer;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code license}: an SPDX expression, or a licence that SPDX does not list. A text instead of the section
 * is the expression.
 */
@OrText
public record LicenseSection(
        @JsonPropertyDescription(
                "Expression with one LicenseRef-NAME, which `name` and `url` describe; made of the name when absent")
        @Pattern(regexp = SPDX_PATTERN, message = SPDX_MESSAGE)
        @Nullable
        String spdx,

        @JsonPropertyDescription("Name of a licence that SPDX does not list; only together with url")
        @Pattern(regexp = ScheduleFile.NOT_BLANK, message = ScheduleFile.NOT_BLANK_MESSAGE)
        @Nullable
        String name,

        @JsonPropertyDescription("URL of the text of that licence") @Nullable
        URI url) {
    /** An identifier in an expression, with closing parentheses after it and blanks around opening ones before it. */
    private static final String SPDX_ID = "(?: *[(])* *[A-Za-z0-9][A-Za-z0-9.+:-]*(?: *[)])*";

    static final String SPDX_PATTERN =
            "^" + SPDX_ID + "(?: +(?:[Aa][Nn][Dd]|[Oo][Rr]|[Ww][Ii][Tt][Hh]) +" + SPDX_ID + ")* *$";
    static final String SPDX_MESSAGE = "must be an SPDX identifier such as CC0-1.0, or an expression of several;"
            + " write another licence as {name: NAME, url: URL}";

    /**
     * Throws {@link IllegalArgumentException} if the expression has an unknown identifier, the name or the URL is
     * missing, or SPDX lists the named licence.
     */
    @JsonCreator
    public LicenseSection {
        if (name == null && url == null && spdx == null) {
            throw new IllegalArgumentException("must have name and url, or spdx");
        }
        if ((name == null) != (url == null)) {
            throw new IllegalArgumentException("has " + (name == null ? "a url" : "a name") + " but no "
                    + (name == null ? "name" : "url") + "; a licence that SPDX does not list needs both");
        }
        if (name != null) {
            License.requireUnlisted(name);
        }
        spdx = spdx != null
                ? License.normalized(spdx, Spelling::nearest)
                : License.reference(name == null ? "" : withoutAccents(name));
        if (name != null && License.references(spdx).size() != 1) {
            throw new IllegalArgumentException(
                    "spdx must have exactly one LicenseRef-NAME, which name and url describe: " + spdx);
        }
    }

    private static String withoutAccents(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKD).replaceAll("\\p{M}+", "");
    }

    /** A text instead of the section. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static LicenseSection of(String spdx) {
        return new LicenseSection(spdx, null, null);
    }

    /** The licence that SPDX does not list, or null if there is none, or it has no name. */
    @Nullable
    CustomLicense custom() {
        return name == null || url == null ? null : new CustomLicense(name, url.toString());
    }
}
