package io.spillway.fields;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A published field, according to the documents of a dump.
 *
 * @param path      dotted, {@code bibjson.title}, without array indices
 * @param type      the source's name for the type, {@code keyword}; null if the field is in documents but not in the
 *                  mapping
 * @param jsonTypes the JSON types of its values in the dump, sorted: {@code array}, {@code boolean}, {@code null},
 *                  {@code number}, {@code object}, {@code string}; empty if no document has it
 * @param documents number of documents with a value that is neither null nor an empty array or object
 * @param blurred   how its values were blurred, {@code hash}, or null if they are as indexed
 * @param example   a value from the dump, as the text of a JSON string, number or boolean; null if not requested, or
 *                  none is short enough
 */
public record PublishedField(
        String path,
        @Nullable String type,
        List<String> jsonTypes,
        long documents,
        @Nullable String blurred,
        @Nullable String example) {
    /** Makes a defensive copy. */
    public PublishedField {
        jsonTypes = List.copyOf(jsonTypes);
    }
}
