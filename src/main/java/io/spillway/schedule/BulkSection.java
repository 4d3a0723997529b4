package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.spillway.config.Between;
import io.spillway.config.DataSize;
import io.spillway.encode.BulkLines;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The format {@code bulk}. */
public record BulkSection(
        @JsonUnwrapped CompressionSection files,

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
}
