package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.ExactlyOne;
import org.jspecify.annotations.Nullable;

/** An entry of {@code formats}. Exactly one component is set. */
@ExactlyOne
public record FormatSection(
        @JsonPropertyDescription("JSON Lines: one document per line") @Nullable
        JsonLinesSection jsonl,

        @JsonPropertyDescription("Elasticsearch's bulk format; each file is one request to /INDEX/_bulk") @Nullable
        BulkSection bulk,

        @JsonPropertyDescription("CSV: one document per row, its fields in columns") @Nullable
        CsvSection csv,

        @JsonPropertyDescription("Tar archives of JSON files, each an array of documents") @Nullable
        TarSection tar,

        @JsonPropertyDescription("Parquet: one document per row, its fields in typed columns") @Nullable
        ParquetSection parquet) {

    /** Identifies the extension of its files, in which two formats of one dump must differ. */
    String fileKind() {
        if (jsonl != null) {
            return "jsonl " + jsonl.files().compression();
        }
        if (csv != null) {
            return "csv " + csv.files().compression();
        }
        if (tar != null) {
            return "tar " + tar.files().compression();
        }
        if (parquet != null) {
            return "parquet";
        }
        return bulk == null ? "" : "bulk " + bulk.files().compression();
    }
}
