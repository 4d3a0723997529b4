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
                "Level: gzip 1 to 9, zstd 1 to 19, xz 0 to 9, bzip2 1 to 9; the codec's own when absent")
        @Min(0)
        @Max(19)
        @Nullable
        Integer level,

        @JsonPropertyDescription("Threads that compress beside the lane's own; zstd only")
        @JsonProperty(defaultValue = "0")
        @Min(0)
        @Max(64)
        int workers,

        @JsonPropertyDescription("How many documents one JSON file in an archive may hold")
        @JsonProperty(defaultValue = "100000")
        @Min(1)
        long batchDocuments,

        @JsonPropertyDescription(
                "How large one JSON file in an archive may grow; each lane takes that much disk while it runs")
        @JsonProperty(defaultValue = "256MiB")
        @Between(min = "64KiB", max = "4GiB")
        DataSize batchBytes,

        @JsonPropertyDescription(
                "What each element says beside the document: none, or _id for its id, index and routing")
        @JsonProperty(defaultValue = "none")
        Ids id) {

    /** Fails with {@link IllegalArgumentException} where the codec has no such level or takes no workers. */
    public TarSection {
        var unused = compression.with(level, workers);
    }

    /** What the archives go through. */
    public Compression toCompression() {
        return compression.with(level, workers);
    }

    /** When a file in an archive is full; none is larger than a part may be. */
    public TarBatches.Limits toLimits(PartsSection parts) {
        return new TarBatches.Limits(
                batchDocuments, Math.min(batchBytes.bytes(), parts.bytes().bytes()));
    }
}
