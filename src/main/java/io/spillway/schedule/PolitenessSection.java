package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;

/** The section {@code source.politeness}: limits the load on the cluster. */
public record PolitenessSection(
        @JsonPropertyDescription("Fraction of the time that a lane may keep the cluster busy")
        @JsonProperty(defaultValue = "1.0")
        @DecimalMin("0.01")
        @DecimalMax("1.0")
        double maxShare,

        @JsonPropertyDescription("Number of slices to read concurrently; derived from the cores when absent")
        @Min(1)
        @Max(64)
        @Nullable
        Integer lanes) {}
