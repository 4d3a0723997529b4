package io.spillway.pipeline;

import io.spillway.compress.Compression;
import io.spillway.encode.ColumnKinds;
import io.spillway.encode.Encoder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * How parts are written.
 *
 * @param encoder     creates an encoder for each part
 * @param compression compresses the encoder's output
 * @param options     what readers have to know about the format besides its name, for the manifest; JSON values by
 *                    snake_case names, possibly empty
 * @param md5AndSha1  whether the manifest has the MD5 and the SHA-1 of each part beside its SHA-256
 */
public record PartFormat(
        Supplier<Encoder> encoder, Compression compression, Map<String, Object> options, boolean md5AndSha1) {

    /** A format with SHA-256 alone. */
    public PartFormat(Supplier<Encoder> encoder, Compression compression, Map<String, Object> options) {
        this(encoder, compression, options, false);
    }

    /** A format without options. */
    public PartFormat(Supplier<Encoder> encoder, Compression compression) {
        this(encoder, compression, Map.of());
    }

    /** The same format, whose parts have MD5 and SHA-1 if {@code wanted}. */
    public PartFormat withMd5AndSha1(boolean wanted) {
        return new PartFormat(encoder, compression, options, wanted);
    }

    /** The end of the names of parts, without a dot in front: {@code jsonl.gz}. */
    String extension() {
        String compressed = compression.extension();
        return encoder.get().extension() + (compressed.isEmpty() ? "" : "." + compressed);
    }

    /** Heap in bytes that an open part takes besides buffers. */
    long heapBytes() {
        return encoder.get().heapBytes() + compression.heapBytes();
    }

    /**
     * The options, the column types, and the compression library if its bytes can differ between machines.
     *
     * @param libraries those that compressed the parts, sorted; empty if the bytes cannot differ
     */
    Map<String, Object> facts(ColumnKinds columns, Set<String> libraries) {
        Map<String, Object> facts = new LinkedHashMap<>(options);
        if (!columns.types().isEmpty()) {
            facts.put("column_types", columns.types());
        }
        if (!libraries.isEmpty()) {
            facts.put("library", String.join(", ", libraries));
        }
        return facts;
    }
}
