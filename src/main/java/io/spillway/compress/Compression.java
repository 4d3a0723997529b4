package io.spillway.compress;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;
import org.jspecify.annotations.Nullable;

/**
 * A codec and how hard it tries. A value; safe for use by many threads, each stream belongs to one.
 *
 * @param codec how bytes are compressed
 * @param level the codec's own level, within its range; 0 for a codec that has none
 */
public record Compression(Codec codec, int level) {

    /** Fails with {@link IllegalArgumentException} where the codec has no such level. */
    public Compression {
        if (level < codec.minLevel || level > codec.maxLevel) {
            throw new IllegalArgumentException(
                    codec.maxLevel == 0
                            ? "compression \"%s\" takes no level, not %d".formatted(codec.word, level)
                            : "compression \"%s\" has levels %d to %d, not %d"
                                    .formatted(codec.word, codec.minLevel, codec.maxLevel, level));
        }
    }

    /**
     * The compression called {@code name}, at {@code level} or at the codec's default where that is null. Fails with
     * {@link IllegalArgumentException} on an unknown name, naming the known ones, and on a level out of range.
     */
    public static Compression parse(String name, @Nullable Integer level) {
        for (Codec codec : Codec.values()) {
            if (codec.word.equals(name)) {
                return new Compression(codec, level == null ? codec.defaultLevel : level);
            }
        }
        String known = Arrays.stream(Codec.values()).map(codec -> codec.word).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("unknown compression \"%s\", known are %s".formatted(name, known));
    }

    /** The word that schedules, options and manifests use: {@code gzip}, {@code none}. */
    public String name() {
        return codec.word;
    }

    /** The end of a file's name without the dot, such as {@code gz}; empty where nothing is compressed. */
    public String extension() {
        return codec.extension;
    }

    /**
     * A stream that compresses what is written to it into {@code out}. The same input gives the same bytes, however it
     * is cut into writes. Closing the stream writes the end of the compressed data and closes {@code out}; flushing it
     * does not end a block, so that the bytes don't depend on it. Belongs to one thread.
     */
    public OutputStream compress(OutputStream out) throws IOException {
        return codec.compress(out, level);
    }

    /**
     * A stream of what was compressed into {@code in}. It is strict: wrong checksum or length, an early end, a second
     * member, and any byte after the first member fail with {@link IOException}, at the latest by the read that would
     * otherwise report the end; so only a reader that saw the end knows that the data are whole. Closing the stream
     * closes {@code in}; where this call itself fails, {@code in} is still the caller's to close.
     */
    public InputStream decompress(InputStream in) throws IOException {
        return codec.decompress(in);
    }

    /** The known ways to compress. */
    public enum Codec {
        /** One gzip member without name and time stamp: what every tool and browser reads. */
        GZIP("gzip", "gz", 1, 9, 6) {
            @Override
            OutputStream compress(OutputStream out, int level) throws IOException {
                GzipParameters parameters = new GzipParameters();
                parameters.setCompressionLevel(level);
                parameters.setBufferSize(BUFFER_BYTES);
                // "unknown": the JDK's own writer changed this byte between releases, and the files must not.
                parameters.setOS(GzipParameters.OS.UNKNOWN);
                // One call into the deflater for each write is slow when the writes are single bytes.
                return new BufferedOutputStream(new GzipCompressorOutputStream(out, parameters), BUFFER_BYTES);
            }

            @Override
            InputStream decompress(InputStream in) throws IOException {
                return new SingleGzipMember(in);
            }
        },

        /** The bytes as they are. */
        NONE("none", "", 0, 0, 0) {
            @Override
            OutputStream compress(OutputStream out, int level) {
                return out;
            }

            @Override
            InputStream decompress(InputStream in) {
                return in;
            }
        };

        /** 64 KiB: larger buffers were not faster for any codec measured, 8 KiB doubles the calls to the disk. */
        static final int BUFFER_BYTES = 64 * 1024;

        private final String word;
        private final String extension;
        private final int minLevel;
        private final int maxLevel;
        private final int defaultLevel;

        Codec(String word, String extension, int minLevel, int maxLevel, int defaultLevel) {
            this.word = word;
            this.extension = extension;
            this.minLevel = minLevel;
            this.maxLevel = maxLevel;
            this.defaultLevel = defaultLevel;
        }

        abstract OutputStream compress(OutputStream out, int level) throws IOException;

        abstract InputStream decompress(InputStream in) throws IOException;
    }
}
