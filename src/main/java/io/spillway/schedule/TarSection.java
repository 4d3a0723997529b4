package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.spillway.config.Between;
import io.spillway.config.DataSize;
import io.spillway.encode.TarBatches;
import jakarta.validation.constraints.Min;

/** The format {@code tar}. */
public record TarSection(
        @JsonUnwrapped CompressionSection files,

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

    /** The limits of a file in an archive; it is never larger than a part may be. */
    public TarBatches.Limits toLimits(PartsSection parts) {
        return new TarBatches.Limits(
                batchDocuments, Math.min(batchBytes.bytes(), parts.bytes().bytes()));
    }
}
