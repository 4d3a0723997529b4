package io.spillway.fields;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A field that stands in a dump, as its documents were found to have it.
 *
 * @param path      dotted, {@code bibjson.title}; what lies in arrays has no index in it
 * @param type      the source's own name of the type, {@code keyword}; null where the field is in documents but not in
 *                  the mapping
 * @param jsonTypes what its values are in the dump, sorted: {@code array}, {@code boolean}, {@code null}, {@code number},
 *                  {@code object}, {@code string}; empty where no document has it
 * @param documents how many documents have it with something in it: neither null nor an empty array or object
 * @param blurred   how its values were blurred, {@code hash}, or null where they are as indexed
 * @param example   one of its values as it stands in the dump, the text of a JSON string, number or boolean; null where
 *                  none was asked for, or none is short enough
 */
public record PublishedField(
        String path,
        @Nullable String type,
        List<String> jsonTypes,
        long documents,
        @Nullable String blurred,
        @Nullable String example) {
    /** Takes copies. */
    public PublishedField {
        jsonTypes = List.copyOf(jsonTypes);
    }
}
