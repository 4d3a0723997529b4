package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.Between;
import io.spillway.config.Secret;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The destination {@code internet-archive}: how items are called, and what their pages say. */
public record ArchiveSection(
        @JsonPropertyDescription(
                "Name of a dump's item with {date} or {stamp} in it, such as example-journals-{date}; {dataset} too")
        @Pattern(regexp = "^\\S+$", message = "must have no spaces")
        String item,

        @JsonPropertyDescription("Collection; opensource is open to every account, test_collection is for trials")
        @JsonProperty(defaultValue = "opensource")
        String collection,

        @JsonPropertyDescription("Media type of the items, which cannot be changed later")
        @JsonProperty(defaultValue = "data")
        String mediatype,

        @JsonPropertyDescription("Who publishes the data") @Nullable
        String creator,

        @JsonPropertyDescription("Keywords, at most 100") @JsonProperty(defaultValue = "[]")
        List<String> subjects,

        @JsonPropertyDescription("Access key from archive.org/account/s3.php")
        Secret accessKey,

        @JsonPropertyDescription("Secret key from there") Secret secretKey,

        @JsonPropertyDescription("How long a file is tried again while the archive takes none, from its first failure")
        @JsonProperty(defaultValue = "6h")
        @Between(min = "0s", max = "7d")
        Duration sendWithin,

        @JsonPropertyDescription("Address that files are sent to; the archive's own when absent") @Nullable
        URI uploads,

        @JsonPropertyDescription("Address that records and files are read from; the archive's own when absent")
        @Nullable
        URI site) {
    /** Takes copies. */
    public ArchiveSection {
        subjects = List.copyOf(subjects);
    }
}
