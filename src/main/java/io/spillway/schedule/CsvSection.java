package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.spillway.encode.CsvOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The format {@code csv}. */
public record CsvSection(
        @JsonUnwrapped CompressionSection files,

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

    /** Throws {@link IllegalArgumentException} for a separator without joined arrays. */
    public CsvSection {
        columns = columns == null ? null : List.copyOf(columns);
        if (separator != null && arrays == Arrays.JSON) {
            throw new IllegalArgumentException("separator has no effect without arrays: join");
        }
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
