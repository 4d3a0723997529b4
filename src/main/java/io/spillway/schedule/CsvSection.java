package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.compress.Compression;
import io.spillway.encode.CsvOptions;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The format {@code csv}. */
public record CsvSection(
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
                "Paths of the fields that are columns, in order; every mapped field when absent. _id, _index and _routing"
                        + " are those of the document")
        @Nullable
        List<String> columns,

        @JsonPropertyDescription("What each row says beside the document: none, or _id for a first column with its id")
        @JsonProperty(defaultValue = "none")
        Ids id,

        @JsonPropertyDescription(
                "What a cell says of an array: json, or join for its values with the separator between")
        @JsonProperty(defaultValue = "json")
        Arrays arrays,

        @JsonPropertyDescription("Text between the values of a joined array; | when absent") @Nullable
        String separator,

        @JsonPropertyDescription("Whether files begin with a byte order mark, which some spreadsheets want")
        @JsonProperty(defaultValue = "false")
        boolean byteOrderMark,

        @JsonPropertyDescription("Whether text that a spreadsheet would run gets an apostrophe in front; changes data")
        @JsonProperty(defaultValue = "false")
        boolean escapeFormulas,

        @JsonPropertyDescription("What to do about fields that no column takes: note them in the manifest, or stop")
        @JsonProperty(defaultValue = "note")
        Unlisted unlisted) {

    /** Fails with {@link IllegalArgumentException} where the codec has no such level or takes no workers. */
    public CsvSection {
        var unused = compression.with(level, workers);
        columns = columns == null ? null : List.copyOf(columns);
        if (separator != null && arrays == Arrays.JSON) {
            throw new IllegalArgumentException("separator has no effect without arrays: join");
        }
    }

    /** What the files go through. */
    public Compression toCompression() {
        return compression.with(level, workers);
    }

    /** How cells are written. */
    public CsvOptions toOptions() {
        return new CsvOptions(
                arrays == Arrays.JSON ? CsvOptions.ArrayForm.JSON : CsvOptions.ArrayForm.JOIN,
                separator == null ? CsvOptions.DEFAULTS.separator() : separator,
                byteOrderMark,
                escapeFormulas,
                unlisted == Unlisted.NOTE ? CsvOptions.Unlisted.NOTE : CsvOptions.Unlisted.STOP);
    }

    /** What a cell says of an array. */
    public enum Arrays {
        /** Its JSON text. */
        @JsonProperty("json")
        JSON,
        /** Its values, joined. */
        @JsonProperty("join")
        JOIN
    }

    /** What becomes of fields that no column takes. */
    public enum Unlisted {
        /** They are left out, and the manifest says so. */
        @JsonProperty("note")
        NOTE,
        /** The run stops. */
        @JsonProperty("stop")
        STOP
    }
}
