package io.spillway.publish;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.spillway.fields.PublishedField;
import io.spillway.manifest.ManifestJson;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code schema.json}: the fields that the documents contain.
 *
 * @param dataset       the dataset's name
 * @param dump          the dump's id
 * @param schemaVersion increases when fields are added or removed or change their type
 * @param documents     number of documents in the dump
 * @param fields        sorted by path
 */
record SchemaFile(String dataset, String dump, int schemaVersion, long documents, List<Field> fields) {
    static final String FILE_NAME = "schema.json";

    /** Enough digits to show one document in ten thousand; the exact number is beside the share. */
    private static final int SHARE_DIGITS = 4;

    /**
     * A field.
     *
     * @param path        dotted
     * @param type        the source's name for the type, or null if its mapping lacks the field
     * @param jsonTypes   the JSON types of its values in the dump, sorted
     * @param description the publisher's description, or null
     * @param documents   number of documents with a value
     * @param share       the same as a share of all documents, 0 to 1
     * @param blurred     how its values were blurred, or null if they are as indexed
     * @param parquetType the type of its column in Parquet files, or null if it has none
     * @param example     a value from a document of the dump, as published; null unless the schedule enables examples
     */
    record Field(
            String path,
            @Nullable String type,
            List<String> jsonTypes,
            @Nullable String description,
            long documents,
            BigDecimal share,
            @Nullable String blurred,
            @Nullable String parquetType,
            @JsonRawValue @Nullable String example) {}

    static byte[] of(Draft draft, int schemaVersion) {
        Map<String, String> columns = ParquetTable.types(draft.formats());
        return ManifestJson.write(new SchemaFile(
                draft.dataset().name(),
                draft.dump().toString(),
                schemaVersion,
                draft.documents(),
                draft.fields().stream()
                        .map(field -> field(draft, field, columns.get(field.path())))
                        .toList()));
    }

    private static Field field(Draft draft, PublishedField field, @Nullable String column) {
        return new Field(
                field.path(),
                field.type(),
                field.jsonTypes(),
                draft.descriptions().get(field.path()),
                field.documents(),
                share(field.documents(), draft.documents()),
                field.blurred(),
                column,
                field.example());
    }

    private static BigDecimal share(long part, long whole) {
        return whole == 0
                ? BigDecimal.ZERO
                : BigDecimal.valueOf(part)
                        .divide(BigDecimal.valueOf(whole), SHARE_DIGITS, RoundingMode.HALF_UP)
                        .stripTrailingZeros();
    }
}
