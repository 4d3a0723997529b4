package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.spillway.compress.Compression;
import org.jspecify.annotations.Nullable;

/** How files are compressed, as a schedule says it. */
public enum CompressionName {
    /** What every tool and browser reads; one member a file. */
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
    /** Not at all. */
    @JsonProperty("none")
    NONE("none");

    private final String word;

    CompressionName(String word) {
        this.word = word;
    }

    /**
     * The compression itself; fails with {@link IllegalArgumentException} on a level or a number of workers that it does
     * not have.
     */
    Compression with(@Nullable Integer level, int workers) {
        return Compression.parse(word, level).withWorkers(workers);
    }
}
