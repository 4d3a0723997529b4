package io.spillway.compress;

import static org.tukaani.xz.XZ.CHECK_NONE;

import io.spillway.libdeflate.LibDeflate;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.SingleXZInputStream;
import org.tukaani.xz.UnsupportedOptionsException;

/**
 * A codec and its settings. A value; thread-safe, but each stream belongs to one thread.
 *
 * @param codec   how bytes are compressed
 * @param level   the codec's own level, within its range; 0 for a codec without levels
 * @param workers threads in addition to the one that writes; 0 compresses in the calling thread. Only zstd supports
 *                them, and closing the stream ends them. The bytes are the same for every number from 1 up, and differ
 *                from those of 0
 */
public record Compression(Codec codec, int level, int workers) {

    /** Far more than help one stream; libzstd supports 256, and each costs memory. */
    private static final int MAX_WORKERS = 64;

    /** @throws IllegalArgumentException if the codec does not support the level or the workers */
    public Compression {
        if (level < codec.minLevel || level > codec.maxLevel) {
            throw new IllegalArgumentException(
                    codec.maxLevel == 0
                            ? "compression \"%s\" has no levels, got %d".formatted(codec.word, level)
                            : "compression \"%s\" has levels %d to %d, not %d"
                                    .formatted(codec.word, codec.minLevel, codec.maxLevel, level));
        }
        if (workers < 0 || workers > MAX_WORKERS || (workers > 0 && codec != Codec.ZSTD)) {
            throw new IllegalArgumentException(
                    codec == Codec.ZSTD
                            ? "compression \"zstd\" supports 0 to %d workers, not %d".formatted(MAX_WORKERS, workers)
                            : "compression \"%s\" does not support workers, got %d".formatted(codec.word, workers));
        }
    }

    /** Compresses in the calling thread. */
    public Compression(Codec codec, int level) {
        this(codec, level, 0);
    }

    /**
     * The compression of that name, in the calling thread.
     *
     * @param level null for the codec's default
     * @throws IllegalArgumentException if the name is unknown or the level is out of range
     */
    public static Compression parse(String name, @Nullable Integer level) {
        for (Codec codec : Codec.values()) {
            if (codec.word.equals(name)) {
                return new Compression(codec, level == null ? codec.defaultLevel : level);
            }
        }
        String known = Arrays.stream(Codec.values()).map(codec -> codec.word).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("unknown compression \"%s\"; supported: %s".formatted(name, known));
    }

    /**
     * The same with that number of workers.
     *
     * @throws IllegalArgumentException if the codec does not support workers
     */
    public Compression withWorkers(int workers) {
        return new Compression(codec, level, workers);
    }

    /** The name in schedules, options and manifests: {@code gzip}, {@code zstd}, {@code none}. */
    public String name() {
        return codec.word;
    }

    /** The file extension without the dot, such as {@code gz}; empty without compression. */
    public String extension() {
        return codec.extension;
    }

    /**
     * Why this compression is not available on this machine and what to do, in one line; empty if it is available.
     * Check it before the first byte is written. The result is constant while the process runs, and the call never
     * fails: zstd is native code, which the first call loads.
     */
    public Optional<String> whyUnavailable() {
        return codec == Codec.ZSTD ? ZstdLibrary.whyUnavailable() : Optional.empty();
    }

    /**
     * The library that makes the compressed bytes differ between machines: {@code libdeflate} for gzip if it is
     * installed and Java can call it. Empty if the bytes depend only on this program and its JDK. The result is
     * constant while the process runs.
     */
    public Optional<String> library() {
        return codec == Codec.GZIP ? LibDeflate.find().map(found -> "libdeflate") : Optional.empty();
    }

    /**
     * Heap needed by one open stream of {@link #compress}, in bytes, rounded up. It matters for xz, whose levels differ
     * by a factor of 200, and with several open streams. Off-heap memory of native code is not included; see
     * {@link Codec#ZSTD}.
     */
    public long heapBytes() {
        return codec.heapBytes(level);
    }

    /**
     * Returns a stream that writes compressed data to {@code out}. The same input gives the same bytes, however it is
     * split into writes. Closing the stream writes the end of the compressed data and closes {@code out}; flushing does
     * nothing, so that the bytes do not depend on it. After a failed write to {@code out}, nothing more is written to
     * it. A stream that is never closed may leak native memory. Not thread-safe. Fails if {@link #whyUnavailable()} is
     * not empty; the caller then still has to close {@code out}.
     */
    public OutputStream compress(OutputStream out) throws IOException {
        return codec == Codec.NONE ? out : new EqualPieces(out, below -> codec.compress(below, level, workers));
    }

    /**
     * Returns a stream that decompresses {@code in}. It is strict: a wrong checksum or length, an early end, a second
     * member, stream or frame, and any byte after the first one fail with {@link IOException}, at the latest on the
     * read that would report the end, so a reader that has seen the end knows that the data are complete. Data without
     * a checksum are rejected. After a failure every read fails. Closing the stream closes {@code in}; if this call
     * fails, the caller has to close {@code in}. A stream that is neither read to its end nor closed leaks native
     * memory.
     */
    public InputStream decompress(InputStream in) throws IOException {
        return codec.decompress(in);
    }

    /** The supported codecs. */
    public enum Codec {
        /**
         * One gzip member without name and time stamp, readable by every tool and browser. Uses libdeflate if the
         * system has it, see {@link LibDeflate}, otherwise the JDK; their bytes differ. A libdeflate stream takes about
         * 2.5 MiB outside the heap.
         */
        GZIP("gzip", "gz", 1, 9, 6) {
            @Override
            OutputStream compress(OutputStream out, int level, int workers) throws IOException {
                Optional<LibDeflate> library = LibDeflate.find();
                return library.isPresent() ? library.get().gzip(out, level) : compressByJdk(out, level);
            }

            private OutputStream compressByJdk(OutputStream out, int level) throws IOException {
                GzipParameters parameters = new GzipParameters();
                parameters.setCompressionLevel(level);
                parameters.setBufferSize(BUFFER_BYTES);
                // "unknown": the JDK's own writer changed this byte between releases, but the files must not change.
                parameters.setOS(GzipParameters.OS.UNKNOWN);
                return new GzipCompressorOutputStream(out, parameters);
            }

            @Override
            InputStream decompress(InputStream in) throws IOException {
                return new OnlyOne(in, "gzip member", GzipCompressorInputStream::new);
            }

            @Override
            long heapBytes(int level) {
                return 4 * BUFFER_BYTES;
            }
        },

        /**
         * One zstd frame with a checksum and without a content size: several times faster than gzip, and smaller. Its
         * memory is native, outside the heap. Measured for one stream, in MiB:
         * <pre>
         * level        1    3    6    9   12   19
         * 0 workers    2    3    6   15   45   89
         * 1 worker     9   35   37   80  107
         * 2 workers   12   47   50  106  169
         * 4 workers   17   68   76  166  291
         * </pre>
         *
         * <p>With workers, level 19 takes hundreds.
         */
        ZSTD("zstd", "zst", 1, 19, 3) {
            @Override
            OutputStream compress(OutputStream out, int level, int workers) throws IOException {
                ZstdLibrary.require();
                return ZstdCompressorOutputStream.builder()
                        .setOutputStream(out)
                        .setLevel(level)
                        .setChecksum(true)
                        .setWorkers(workers)
                        .get();
            }

            @Override
            InputStream decompress(InputStream in) throws IOException {
                ZstdLibrary.require();
                return new ZstdFrame(in);
            }

            @Override
            long heapBytes(int level) {
                return 6 * BUFFER_BYTES;
            }
        },

        /**
         * One xz stream with CRC64: the smallest files, at one to two megabytes per second. All memory is heap. Levels
         * 0 to 9 take 3, 9, 17, 32, 48, 94, 94, 186, 370 and 674 MiB per open stream, so a heap of 256 MiB is
         * sufficient for two streams at level 6, one at level 7 and none above; reading takes up to 65 MiB, depending
         * on the level.
         */
        XZ("xz", "xz", 0, 9, 6) {
            @Override
            OutputStream compress(OutputStream out, int level, int workers) throws IOException {
                return XZCompressorOutputStream.builder()
                        .setOutputStream(out)
                        .setLzma2Options(lzma2(level))
                        .get();
            }

            @Override
            InputStream decompress(InputStream in) throws IOException {
                return new OnlyOne(in, "xz stream", buffered -> {
                    // The limit for the highest level, so that a file cannot choose how much memory it gets.
                    int limit = lzma2(maxLevel()).getDecoderMemoryUsage();
                    SingleXZInputStream stream = new SingleXZInputStream(buffered, limit);
                    if (stream.getCheckType() == CHECK_NONE) {
                        throw new IOException("the xz stream has no checksum");
                    }
                    return stream;
                });
            }

            @Override
            long heapBytes(int level) {
                // The library does not include its own output buffers.
                return 16 * BUFFER_BYTES + 1024L * lzma2(level).getEncoderMemoryUsage();
            }
        },

        /**
         * One bzip2 stream, with a CRC32 of each block: slow in both directions, for readers without newer codecs. The
         * level is the block size in units of 100,000 bytes. All memory is heap, 9 MB at level 9.
         */
        BZIP2("bzip2", "bz2", 1, 9, 9) {
            @Override
            OutputStream compress(OutputStream out, int level, int workers) throws IOException {
                // The codec writes single bytes.
                return new BZip2CompressorOutputStream(new BufferedOutputStream(out, BUFFER_BYTES), level);
            }

            @Override
            InputStream decompress(InputStream in) throws IOException {
                return new OnlyOne(in, "bzip2 stream", BZip2CompressorInputStream::new);
            }

            @Override
            long heapBytes(int level) {
                // The library's formula: 400 kB and nine times the block.
                return 4 * BUFFER_BYTES + 400_000 + 9 * 100_000L * level;
            }
        },

        /** No compression. */
        NONE("none", "", 0, 0, 0) {
            @Override
            OutputStream compress(OutputStream out, int level, int workers) {
                return out;
            }

            @Override
            InputStream decompress(InputStream in) {
                return in;
            }

            @Override
            long heapBytes(int level) {
                return 0;
            }
        };

        /** 64 KiB: larger buffers were not faster for any codec measured, 8 KiB doubles the number of disk writes. */
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

        /** The codec's lowest level; 0 without levels. */
        public int minLevel() {
            return minLevel;
        }

        /** The codec's highest level; 0 without levels. */
        public int maxLevel() {
            return maxLevel;
        }

        /** The default level. */
        public int defaultLevel() {
            return defaultLevel;
        }

        abstract OutputStream compress(OutputStream out, int level, int workers) throws IOException;

        abstract InputStream decompress(InputStream in) throws IOException;

        abstract long heapBytes(int level);

        private static LZMA2Options lzma2(int level) {
            try {
                return new LZMA2Options(level);
            } catch (UnsupportedOptionsException e) {
                throw new IllegalStateException("xz has no level " + level, e);
            }
        }
    }
}
