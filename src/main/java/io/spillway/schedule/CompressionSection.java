package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.compress.Compression;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;

/** How the files of a format are compressed. Its keys are those of the format itself. */
public record CompressionSection(
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
        int workers) {

    /** Throws {@link IllegalArgumentException} if the codec does not support the level or workers. */
    public CompressionSection {
        var unused = compression.with(level, workers);
    }

    /** The compression itself. */
    public Compression toCompression() {
        return compression.with(level, workers);
    }
}
