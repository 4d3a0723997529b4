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
 * @param encoder     makes a new encoder for each part
 * @param compression what the encoder's bytes go through
 * @param options     what readers have to know of the format beyond its name, for the manifest; JSON values by snake_case
 *                    names, empty where there is nothing to know
 */
public record PartFormat(Supplier<Encoder> encoder, Compression compression, Map<String, Object> options) {

    /** A format that its name describes. */
    public PartFormat(Supplier<Encoder> encoder, Compression compression) {
        this(encoder, compression, Map.of());
    }

    /**
     * The options, the types of columns, and the library where the bytes are not those that another machine would make.
     */
    Map<String, Object> facts(ColumnKinds columns) {
        Map<String, Object> facts = new LinkedHashMap<>(options);
        if (!columns.types().isEmpty()) {
            facts.put("column_types", columns.types());
        }
        compression.library().ifPresent(library -> facts.put("library", library));
        return facts;
    }
}
