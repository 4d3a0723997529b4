package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.Between;
import io.spillway.config.DataSize;
import jakarta.validation.constraints.Min;

/** The section {@code parts}: the limits of a file; the first one that is reached ends it. */
public record PartsSection(
        @JsonPropertyDescription("Maximum number of documents per file") @JsonProperty(defaultValue = "400000") @Min(1)
        long documents,

        @JsonPropertyDescription("Maximum size of a file") @JsonProperty(defaultValue = "1GiB") @Between(min = "1MiB")
        DataSize bytes,

        @JsonPropertyDescription(
                "Whether the manifest has MD5 and SHA-1 of each file beside SHA-256; with a destination at the Internet"
                        + " Archive it always has")
        @JsonProperty(defaultValue = "false")
        boolean md5AndSha1) {}
