package io.spillway.publish;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.spillway.fields.PublishedField;
import io.spillway.manifest.ManifestJson;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code schema.json}: what readers find in the documents, field by field, so that nobody has to guess it from
 * the first lines.
 *
 * @param dataset       the dataset's name
 * @param dump          the dump's id
 * @param schemaVersion moves where fields come, go or change their type
 * @param documents     how many documents the dump holds
 * @param fields        sorted by path
 */
record SchemaFile(String dataset, String dump, int schemaVersion, long documents, List<Field> fields) {
    static final String FILE_NAME = "schema.json";

    /** As many digits as tell one document in ten thousand; the exact number stands beside the share. */
    private static final int SHARE_DIGITS = 4;

    /**
     * A field.
     *
     * @param path        dotted
     * @param type        the source's own name of the type, or null where its mapping does not have the field
     * @param jsonTypes   what its values are in the dump, sorted
     * @param description what the publisher says of it, or null
     * @param documents   how many documents have it with something in it
     * @param share       the same as a share of all, 0 to 1
     * @param blurred     how its values were blurred, or null where they are as indexed
     * @param example     a value that a document of the dump has, as it stands there; null unless the schedule asks for it
     */
    record Field(
            String path,
            @Nullable String type,
            List<String> jsonTypes,
            @Nullable String description,
            long documents,
            BigDecimal share,
            @Nullable String blurred,
            @JsonRawValue @Nullable String example) {}

    static byte[] of(Draft draft, int schemaVersion) {
        return ManifestJson.write(new SchemaFile(
                draft.dataset().name(),
                draft.dump().toString(),
                schemaVersion,
                draft.documents(),
                draft.fields().stream().map(field -> field(draft, field)).toList()));
    }

    private static Field field(Draft draft, PublishedField field) {
        return new Field(
                field.path(),
                field.type(),
                field.jsonTypes(),
                draft.descriptions().get(field.path()),
                field.documents(),
                share(field.documents(), draft.documents()),
                field.blurred(),
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
