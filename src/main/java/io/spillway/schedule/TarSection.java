package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.compress.Compression;
import io.spillway.config.Between;
import io.spillway.config.DataSize;
import io.spillway.encode.TarBatches;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;

/** The format {@code tar}. */
public record TarSection(
        @JsonPropertyDescription("How the archives are compressed") @JsonProperty(defaultValue = "gzip")
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

        @JsonPropertyDescription("Maximum number of documents per JSON file in an archive")
        @JsonProperty(defaultValue = "100000")
        @Min(1)
        long batchDocuments,

        @JsonPropertyDescription(
                "Maximum size of a JSON file in an archive; each running lane uses that much disk space")
        @JsonProperty(defaultValue = "256MiB")
        @Between(min = "64KiB", max = "4GiB")
        DataSize batchBytes,

        @JsonPropertyDescription("Ids of documents: none, or _id to wrap each document with its id, index and routing")
        @JsonProperty(defaultValue = "none")
        Ids id) {

    /** Throws {@link IllegalArgumentException} if the codec does not support the level or workers. */
    public TarSection {
        var unused = compression.with(level, workers);
    }

    /** The compression of the archives. */
    public Compression toCompression() {
        return compression.with(level, workers);
    }

    /** The limits of a file in an archive; it is never larger than a part may be. */
    public TarBatches.Limits toLimits(PartsSection parts) {
        return new TarBatches.Limits(
                batchDocuments, Math.min(batchBytes.bytes(), parts.bytes().bytes()));
    }
}
