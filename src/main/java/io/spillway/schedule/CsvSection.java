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
                "Paths of the fields to write as columns, in order; every mapped field when absent. _id, _index and"
                        + " _routing are those of the document")
        @Nullable
        List<String> columns,

        @JsonPropertyDescription("Ids of documents: none, or _id for a first column with the id")
        @JsonProperty(defaultValue = "none")
        Ids id,

        @JsonPropertyDescription("How arrays are written: json, or join for their values joined by separator")
        @JsonProperty(defaultValue = "json")
        Arrays arrays,

        @JsonPropertyDescription("Text between the values of a joined array; | when absent") @Nullable
        String separator,

        @JsonPropertyDescription("Whether files start with a byte order mark, which some spreadsheets need")
        @JsonProperty(defaultValue = "false")
        boolean byteOrderMark,

        @JsonPropertyDescription(
                "Whether text that a spreadsheet would execute gets a leading apostrophe; changes data")
        @JsonProperty(defaultValue = "false")
        boolean escapeFormulas,

        @JsonPropertyDescription("Handling of fields without a column: note them in the manifest, or stop")
        @JsonProperty(defaultValue = "note")
        Unlisted unlisted) {

    /** Throws {@link IllegalArgumentException} if the codec does not support the level or workers. */
    public CsvSection {
        var unused = compression.with(level, workers);
        columns = columns == null ? null : List.copyOf(columns);
        if (separator != null && arrays == Arrays.JSON) {
            throw new IllegalArgumentException("separator has no effect without arrays: join");
        }
    }

    /** The compression of the files. */
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

    /** How arrays are written to a cell. */
    public enum Arrays {
        /** As JSON text. */
        @JsonProperty("json")
        JSON,
        /** As joined values. */
        @JsonProperty("join")
        JOIN
    }

    /** Handling of fields without a column. */
    public enum Unlisted {
        /** They are left out and noted in the manifest. */
        @JsonProperty("note")
        NOTE,
        /** The run stops. */
        @JsonProperty("stop")
        STOP
    }
}
