package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import jakarta.validation.constraints.Pattern;

/** The section {@code changes}: files that turn the dump before into the new one. */
public record ChangesSection(
        @JsonPropertyDescription(
                "What identifies a document: _id, which needs id: _id in the format jsonl, or the dotted path of a"
                        + " published field")
        @Pattern(regexp = ScheduleFile.NOT_BLANK, message = ScheduleFile.NOT_BLANK_MESSAGE)
        String key) {}
