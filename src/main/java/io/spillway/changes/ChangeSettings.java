package io.spillway.changes;

import io.spillway.compress.Compression;
import io.spillway.encode.Encoder;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How changes are made.
 *
 * @param key         {@link LineKeys#ID}, or the dotted path of a published field
 * @param wrapped     whether the lines wrap the source with {@code _id}
 * @param encoder     makes the lines of the dump's parts in {@code jsonl}
 * @param compression of these parts
 * @param bulk        how files of kind {@code bulk} are written, or null for none
 * @param documents   maximum number of documents in a file, at least 1
 * @param bytes       maximum length of a file, at least 1; a file can be longer by one document
 * @param fingerprint digests of the settings that change what is published, by the words that a reader is told; never published
 */
public record ChangeSettings(
        String key,
        boolean wrapped,
        Supplier<Encoder> encoder,
        Compression compression,
        @Nullable Bulk bulk,
        long documents,
        long bytes,
        Map<String, String> fingerprint) {
    /** Makes a defensive copy. */
    public ChangeSettings {
        fingerprint = Map.copyOf(fingerprint);
    }

    /**
     * Files that are requests to {@code _bulk}.
     *
     * @param compression  of the files
     * @param requestBytes maximum length of a file before compression
     */
    public record Bulk(Compression compression, long requestBytes) {}

    /** Finds keys in the lines of this dump. */
    LineKeys keys() {
        return new LineKeys(key, wrapped);
    }
}
