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

/** The destination {@code internet-archive}: names and metadata of its items. */
public record ArchiveSection(
        @JsonPropertyDescription("Item name of a dump. Must contain {date} or {stamp}, may contain {dataset}, such as"
                + " example-journals-{date}")
        @Pattern(regexp = "^\\S+$", message = "must have no spaces")
        String item,

        @JsonPropertyDescription("Collection; opensource accepts every account, test_collection is for tests")
        @JsonProperty(defaultValue = "opensource")
        String collection,

        @JsonPropertyDescription("Media type of the items, which cannot be changed later")
        @JsonProperty(defaultValue = "data")
        String mediatype,

        @JsonPropertyDescription("Publisher of the data") @Nullable
        String creator,

        @JsonPropertyDescription("Keywords, at most 100") @JsonProperty(defaultValue = "[]")
        List<String> subjects,

        @JsonPropertyDescription("Access key from archive.org/account/s3.php")
        Secret accessKey,

        @JsonPropertyDescription("Secret key from the same page")
        Secret secretKey,

        @JsonPropertyDescription("How long to retry a file that the archive does not accept, from the first failure")
        @JsonProperty(defaultValue = "6h")
        @Between(min = "0s", max = "7d")
        Duration sendWithin,

        @JsonPropertyDescription("URL that files are sent to; the archive's own when absent") @Nullable
        URI uploads,

        @JsonPropertyDescription("URL that records and files are read from; the archive's own when absent") @Nullable
        URI site) {
    /** Takes copies. */
    public ArchiveSection {
        subjects = List.copyOf(subjects);
    }
}
