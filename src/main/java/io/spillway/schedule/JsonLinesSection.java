package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** The format {@code jsonl}. */
public record JsonLinesSection(
        @JsonPropertyDescription("How the files are compressed") @JsonProperty(defaultValue = "gzip")
        Compression compression,

        @JsonPropertyDescription("Level of gzip, from fastest to smallest; without effect on none")
        @JsonProperty(defaultValue = "6")
        @Min(1)
        @Max(9)
        int level,

        @JsonPropertyDescription("What each line says beside the document: none, or _id for its id, index and routing")
        @JsonProperty(defaultValue = "none")
        Ids id) {

    /** What a line says of its document. */
    public enum Ids {
        /** Nothing: the line is the document. */
        @JsonProperty("none")
        NONE,
        /** Its id, index and routing; the document stands under {@code _source}. */
        @JsonProperty("_id")
        ID
    }

    /** How files are compressed. */
    public enum Compression {
        /** One gzip member per file. */
        @JsonProperty("gzip")
        GZIP,
        /** Not at all. */
        @JsonProperty("none")
        NONE
    }
}
