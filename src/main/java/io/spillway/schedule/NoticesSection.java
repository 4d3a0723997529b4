package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.Between;
import io.spillway.notices.NoticeSettings;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The section {@code notices}: settings of the notices for refused clients, for the whole site. */
public record NoticesSection(
        @JsonPropertyDescription("Languages of the notices; the first is the default")
        @JsonProperty(defaultValue = "[en, de, pt]")
        @Size(min = 1)
        List<@Pattern(regexp = "^(en|de|pt)$", message = "must be en, de or pt") String> languages,

        @JsonPropertyDescription("URL of a page about how the site may be used") @Nullable
        URI documentation,

        @JsonPropertyDescription("Contact for refused clients, such as an e-mail address; public")
        @Pattern(regexp = "^\\S.{0,198}\\S$", message = "must be one line of 2 to 200 characters")
        @Nullable
        String contact,

        @JsonPropertyDescription("Base URL of problem types; a page next to the notices when absent") @Nullable
        URI problemTypes,

        @JsonPropertyDescription("Default for Retry-After, if the limiter gives no value; at least its window")
        @JsonProperty(defaultValue = "10s")
        @Between(min = "1s", max = "1d")
        Duration retryAfter,

        @JsonPropertyDescription(
                "Whether URLs are requested before they are named; set to false if this machine cannot reach the"
                        + " site's public URL")
        @JsonProperty(defaultValue = "true")
        boolean check) {

    /** Throws {@link IllegalArgumentException} if a language is listed twice. */
    public NoticesSection {
        languages = List.copyOf(languages);
        if (languages.stream().distinct().count() != languages.size()) {
            throw new IllegalArgumentException("languages must not contain duplicates");
        }
    }

    /** The settings of this section. */
    public NoticeSettings toSettings() {
        return new NoticeSettings(languages, documentation, contact, problemTypes, retryAfter.toSeconds(), check);
    }
}
