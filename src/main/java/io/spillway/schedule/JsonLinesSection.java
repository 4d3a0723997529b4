package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.compress.Compression;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;

/** The format {@code jsonl}. */
public record JsonLinesSection(
        @JsonPropertyDescription("How the files are compressed") @JsonProperty(defaultValue = "gzip")
        CompressionName compression,

        @JsonPropertyDescription(
                "Level: gzip 1 to 9, zstd 1 to 19, xz 0 to 9, bzip2 1 to 9; the codec's default when absent")
        @Min(0)
        @Max(19)
        @Nullable
        Integer level,

        @JsonPropertyDescription("Threads that compress in addition to the lane's own; zstd only")
        @JsonProperty(defaultValue = "0")
        @Min(0)
        @Max(64)
        int workers,

        @JsonPropertyDescription("Ids of documents: none, or _id to wrap each document with its id, index and routing")
        @JsonProperty(defaultValue = "none")
        Ids id) {

    /** Throws {@link IllegalArgumentException} if the codec does not support the level or workers. */
    public JsonLinesSection {
        var unused = compression.with(level, workers);
    }

    /** The compression of the files. */
    public Compression toCompression() {
        return compression.with(level, workers);
    }
}
