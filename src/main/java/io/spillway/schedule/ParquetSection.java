package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.parquet.Columns;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The format {@code parquet}. It compresses inside its files. */
public record ParquetSection(
        @JsonPropertyDescription("Level of zstd, which compresses the pages: 1 to 19")
        @JsonProperty(defaultValue = "3")
        @Min(1)
        @Max(19)
        int level,

        @JsonPropertyDescription(
                "Paths of fields and objects that are lists; when absent, the fields that were arrays in the previous dump."
                        + " Other arrays are in the column _rest; nested fields are always lists")
        @Nullable
        List<String> list,

        @JsonPropertyDescription("How dates are written: text as indexed, or timestamp in UTC with microseconds")
        @JsonProperty(defaultValue = "text")
        Dates dates,

        @JsonPropertyDescription("Whether each row also has the whole document, in the column _source")
        @JsonProperty(defaultValue = "false")
        boolean source,

        @JsonPropertyDescription("Ids of documents: none, or _id for columns with the id and the routing")
        @JsonProperty(defaultValue = "none")
        Ids id) {

    /** Makes a defensive copy. */
    public ParquetSection {
        list = list == null ? null : List.copyOf(list);
    }

    /** Which columns the files have, with these paths as lists. */
    public Columns.Options toOptions(Set<String> lists) {
        return new Columns.Options(lists, dates == Dates.TIMESTAMP, source, id == Ids.ID);
    }

    /** How dates are written. */
    public enum Dates {
        /** As they were indexed. */
        @JsonProperty("text")
        TEXT,
        /** As an instant. */
        @JsonProperty("timestamp")
        TIMESTAMP
    }
}
