package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.compress.Compression;
import io.spillway.config.Between;
import io.spillway.config.DataSize;
import io.spillway.encode.BulkLines;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;

/** The format {@code bulk}. */
public record BulkSection(
        @JsonPropertyDescription("How the files are compressed") @JsonProperty(defaultValue = "gzip")
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

        @JsonPropertyDescription(
                "What action lines ask for: index, which replaces a document of the same id, or create, which keeps it."
                        + " create for an index of a data stream and index otherwise when absent")
        @Nullable
        Action action,

        @JsonPropertyDescription(
                "How large a file may be before compression: each is one request, and a server takes 100 MB by default")
        @JsonProperty(defaultValue = "50MiB")
        @Between(min = "64KiB")
        DataSize requestBytes) {

    /** How the server names the indices of data streams; no other index may be called so. */
    private static final String BACKING_INDEX = ".ds-";

    /** Fails with {@link IllegalArgumentException} where the codec has no such level or takes no workers. */
    public BulkSection {
        var unused = compression.with(level, workers);
    }

    /** What the action lines ask for. */
    public enum Action {
        /** A document of the same id is replaced. */
        @JsonProperty("index")
        INDEX,
        /** A document of the same id is kept. */
        @JsonProperty("create")
        CREATE
    }

    /**
     * The action for documents of an index.
     *
     * @param index its name, which tells whether it belongs to a data stream
     */
    public BulkLines.Action toAction(String index) {
        if (action == null) {
            return index.startsWith(BACKING_INDEX) ? BulkLines.Action.CREATE : BulkLines.Action.INDEX;
        }
        return action == Action.CREATE ? BulkLines.Action.CREATE : BulkLines.Action.INDEX;
    }

    /** What the files go through. */
    public Compression toCompression() {
        return compression.with(level, workers);
    }
}
