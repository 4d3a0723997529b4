package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;

/** The section {@code source.politeness}: how much of the cluster an export may take. */
public record PolitenessSection(
        @JsonPropertyDescription("Share of the time for which a lane may keep the cluster busy")
        @JsonProperty(defaultValue = "1.0")
        @DecimalMin("0.01")
        @DecimalMax("1.0")
        double maxShare,

        @JsonPropertyDescription("How many slices are read at the same time; chosen from the cores when absent")
        @Min(1)
        @Max(64)
        @Nullable
        Integer lanes) {}
