package io.spillway.pipeline;

import io.spillway.compress.Compression;
import io.spillway.encode.ColumnKinds;
import io.spillway.encode.Encoder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How parts are written.
 *
 * @param encoder     creates an encoder for each part
 * @param compression compresses the encoder's output
 * @param options     what readers have to know about the format besides its name, for the manifest; JSON values by
 *                    snake_case names, possibly empty
 */
public record PartFormat(Supplier<Encoder> encoder, Compression compression, Map<String, Object> options) {

    /** A format without options. */
    public PartFormat(Supplier<Encoder> encoder, Compression compression) {
        this(encoder, compression, Map.of());
    }

    /** The options, the column types, and the compression library if its bytes can differ between machines. */
    Map<String, Object> facts(ColumnKinds columns) {
        Map<String, Object> facts = new LinkedHashMap<>(options);
        if (!columns.types().isEmpty()) {
            facts.put("column_types", columns.types());
        }
        compression.library().ifPresent(library -> facts.put("library", library));
        return facts;
    }
}
