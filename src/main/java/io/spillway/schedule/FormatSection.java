package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.ExactlyOne;
import org.jspecify.annotations.Nullable;

/** An entry of {@code formats}. Exactly one component is there. */
@ExactlyOne
public record FormatSection(
        @JsonPropertyDescription("JSON Lines: one document a line") @Nullable
        JsonLinesSection jsonl) {}
