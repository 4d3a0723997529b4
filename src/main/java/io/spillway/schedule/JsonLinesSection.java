package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonUnwrapped;

/** The format {@code jsonl}. */
public record JsonLinesSection(
        @JsonUnwrapped CompressionSection files,

        @JsonPropertyDescription("Ids of documents: none, or _id to wrap each document with its id, index and routing")
        @JsonProperty(defaultValue = "none")
        Ids id) {}
