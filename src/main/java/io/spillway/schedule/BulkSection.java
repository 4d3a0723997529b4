package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** The format {@code bulk}. */
public record BulkSection(
        @JsonPropertyDescription("How the files are compressed") @JsonProperty(defaultValue = "gzip")
        JsonLinesSection.Compression compression,

        @JsonPropertyDescription("Level of gzip, from fastest to smallest; without effect on none")
        @JsonProperty(defaultValue = "6")
        @Min(1)
        @Max(9)
        int level) {}
