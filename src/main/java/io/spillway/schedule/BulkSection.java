package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.compress.Compression;
import io.spillway.config.Between;
import io.spillway.config.DataSize;
import io.spillway.encode.BulkLines;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The format {@code bulk}. */
public record BulkSection(
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

        @JsonPropertyDescription(
                "Action of the action lines: index replaces a document of the same id, create keeps it. When"
                        + " absent, create for an index of a data stream, else index")
        @Nullable
        Action action,

        @JsonPropertyDescription(
                "Maximum size of a file before compression: each is one request, and servers accept 100 MB by default")
        @JsonProperty(defaultValue = "50MiB")
        @Between(min = "64KiB")
        DataSize requestBytes) {

    /**
     * How the server names the indices of data streams, also after it mounted them from a snapshot, shrank or downsampled
     * them.
     */
    private static final Pattern BACKING_INDEX =
            Pattern.compile("(?:(?:restored|partial|shrink-[^-]+|downsample-[^-]+)-)*\\.(?:ds|fs)-.*");

    /** Throws {@link IllegalArgumentException} if the codec does not support the level or workers. */
    public BulkSection {
        var unused = compression.with(level, workers);
    }

    /** The action of the action lines. */
    public enum Action {
        /** Replaces a document of the same id. */
        @JsonProperty("index")
        INDEX,
        /** Keeps a document of the same id. */
        @JsonProperty("create")
        CREATE
    }

    /**
     * The action for documents of an index.
     *
     * @param index its name, which shows whether it belongs to a data stream
     */
    public BulkLines.Action toAction(String index) {
        if (action == null) {
            return BACKING_INDEX.matcher(index).matches() ? BulkLines.Action.CREATE : BulkLines.Action.INDEX;
        }
        return action == Action.CREATE ? BulkLines.Action.CREATE : BulkLines.Action.INDEX;
    }

    /** The compression of the files. */
    public Compression toCompression() {
        return compression.with(level, workers);
    }
}
