package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.spillway.compress.Compression;
import org.jspecify.annotations.Nullable;

/** The compression of files, as named in a schedule. */
public enum CompressionName {
    /** Supported by every tool and browser; one member per file. */
    @JsonProperty("gzip")
    GZIP("gzip"),
    /** Smaller and several times as fast as gzip. */
    @JsonProperty("zstd")
    ZSTD("zstd"),
    /** Smallest, and very slow. */
    @JsonProperty("xz")
    XZ("xz"),
    /** Nearly as small as xz, and slow. */
    @JsonProperty("bzip2")
    BZIP2("bzip2"),
    /** No compression. */
    @JsonProperty("none")
    NONE("none");

    private final String word;

    CompressionName(String word) {
        this.word = word;
    }

    /**
     * The compression itself; throws {@link IllegalArgumentException} if it does not support the level or number of
     * workers.
     */
    Compression with(@Nullable Integer level, int workers) {
        return Compression.parse(word, level).withWorkers(workers);
    }
}
