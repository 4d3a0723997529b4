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

/** The section {@code notices}: what refused clients are told beside the files. It holds for the whole site. */
public record NoticesSection(
        @JsonPropertyDescription("Languages of the notices; the first is for clients that ask for none")
        @JsonProperty(defaultValue = "[en, de, pt]")
        @Size(min = 1)
        List<@Pattern(regexp = "^(en|de|pt)$", message = "must be en, de or pt") String> languages,

        @JsonPropertyDescription("Address of a page about how the site may be used") @Nullable
        URI documentation,

        @JsonPropertyDescription("Whom refused clients may ask, such as an e-mail address; shown to everybody")
        @Pattern(regexp = "^\\S.{0,198}\\S$", message = "must be one line of 2 to 200 characters")
        @Nullable
        String contact,

        @JsonPropertyDescription(
                "What the addresses of problem types begin with; a page beside the notices when absent")
        @Nullable
        URI problemTypes,

        @JsonPropertyDescription("What Retry-After says where the limiter knows nothing better; at least its window")
        @JsonProperty(defaultValue = "10s")
        @Between(min = "1s", max = "1d")
        Duration retryAfter,

        @JsonPropertyDescription(
                "Whether addresses are asked for before they are named; false where this machine cannot reach the site's"
                        + " public address")
        @JsonProperty(defaultValue = "true")
        boolean check) {

    /** Fails with {@link IllegalArgumentException} on a language that is there twice. */
    public NoticesSection {
        languages = List.copyOf(languages);
        if (languages.stream().distinct().count() != languages.size()) {
            throw new IllegalArgumentException("languages must name each language once");
        }
    }

    /** What these keys say. */
    public NoticeSettings toSettings() {
        return new NoticeSettings(languages, documentation, contact, problemTypes, retryAfter.toSeconds(), check);
    }
}
