package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.Between;
import io.spillway.config.DataSize;
import jakarta.validation.constraints.Min;

/** The section {@code parts}: a file is full at the first of these limits. */
public record PartsSection(
        @JsonPropertyDescription("How many documents a file may hold") @JsonProperty(defaultValue = "400000") @Min(1)
        long documents,

        @JsonPropertyDescription("How large a file may grow")
        @JsonProperty(defaultValue = "1GiB")
        @Between(min = "1MiB")
        DataSize bytes) {}
