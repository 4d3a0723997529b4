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
 * A codec and how hard it tries. A value; safe for use by many threads, each stream belongs to one.
 *
 * @param codec how bytes are compressed
 * @param level the codec's own level, within its range; 0 for a codec that has none
 * @param workers threads that help the one that writes; 0 compresses in the calling thread. Only zstd takes any, and
 *     they belong to the stream: closing it ends them. The bytes are the same for every number from 1 up, and differ
 *     from those of 0
 */
public record Compression(Codec codec, int level, int workers) {

    /** Far more than help one stream; libzstd takes 256, and each costs memory. */
    private static final int MAX_WORKERS = 64;

    /** Fails with {@link IllegalArgumentException} where the codec has no such level or takes no such workers. */
    public Compression {
        if (level < codec.minLevel || level > codec.maxLevel) {
            throw new IllegalArgumentException(
                    codec.maxLevel == 0
                            ? "compression \"%s\" takes no level, not %d".formatted(codec.word, level)
                            : "compression \"%s\" has levels %d to %d, not %d"
                                    .formatted(codec.word, codec.minLevel, codec.maxLevel, level));
        }
        if (workers < 0 || workers > MAX_WORKERS || (workers > 0 && codec != Codec.ZSTD)) {
            throw new IllegalArgumentException(
                    codec == Codec.ZSTD
                            ? "compression \"zstd\" takes 0 to %d workers, not %d".formatted(MAX_WORKERS, workers)
                            : "compression \"%s\" takes no workers, not %d".formatted(codec.word, workers));
        }
    }

    /** In the calling thread. */
    public Compression(Codec codec, int level) {
        this(codec, level, 0);
    }

    /**
     * The compression called {@code name}, at {@code level} or at the codec's default where that is null, in the
     * calling thread. Fails with {@link IllegalArgumentException} on an unknown name, naming the known ones, and on a
     * level out of range.
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

    /** The same with that many workers. Fails with {@link IllegalArgumentException} where the codec takes none. */
    public Compression withWorkers(int workers) {
        return new Compression(codec, level, workers);
    }

    /** The word that schedules, options and manifests use: {@code gzip}, {@code zstd}, {@code none}. */
    public String name() {
        return codec.word;
    }

    /** The end of a file's name without the dot, such as {@code gz}; empty where nothing is compressed. */
    public String extension() {
        return codec.extension;
    }

    /**
     * Why this compression cannot be used on this machine and what to do about it, in one line; empty where it can.
     * Ask before the first byte is written. The answer never changes while the process runs, and asking never fails:
     * zstd is native code, which the first question loads.
     */
    public Optional<String> whyUnavailable() {
        return codec == Codec.ZSTD ? ZstdLibrary.whyUnavailable() : Optional.empty();
    }

    /**
     * The library that makes the bytes here and would not everywhere, for whoever compares files of two machines:
     * {@code libdeflate} for gzip where that is installed and Java can call it. Empty where the bytes come from this
     * program and its JDK alone. The answer never changes while the process runs.
     */
    public Optional<String> library() {
        return codec == Codec.GZIP ? LibDeflate.find().map(found -> "libdeflate") : Optional.empty();
    }

    /**
     * The heap that one open stream of {@link #compress} needs, in bytes, a little more rather than less. It matters
     * for xz, whose levels differ by a factor of 200, and where several streams are open at a time. Memory that native
     * code takes outside the heap is not in it; {@link Codec#ZSTD} says how much that is.
     */
    public long heapBytes() {
        return codec.heapBytes(level);
    }

    /**
     * A stream that compresses what is written to it into {@code out}. The same input gives the same bytes, however it
     * is cut into writes. Closing the stream writes the end of the compressed data and closes {@code out}; flushing it
     * does nothing, so that the bytes don't depend on it. Once a write to {@code out} has failed, nothing more is
     * written to it. A stream that is never closed may keep native memory. Belongs to one thread. Fails where {@link #whyUnavailable()} has an answer; {@code out} is still
     * the caller's to close then.
     */
    public OutputStream compress(OutputStream out) throws IOException {
        return codec == Codec.NONE ? out : new EqualPieces(out, below -> codec.compress(below, level, workers));
    }

    /**
     * A stream of what was compressed into {@code in}. It is strict: wrong checksum or length, an early end, a second
     * member, stream or frame, and any byte after the first one fail with {@link IOException}, at the latest by the
     * read that would otherwise report the end; so only a reader that saw the end knows that the data are whole. Data
     * that carry no checksum are refused. After a failure every read fails. Closing the stream closes {@code in};
     * where this call itself fails, {@code in} is still the caller's to close. A stream that was neither read to its
     * end nor closed keeps native memory.
     */
    public InputStream decompress(InputStream in) throws IOException {
        return codec.decompress(in);
    }

    /** The known ways to compress. */
    public enum Codec {
        /**
         * One gzip member without name and time stamp: what every tool and browser reads. By libdeflate where this
         * system has it, see {@link LibDeflate}, else by the JDK; their bytes differ. A stream by libdeflate takes about
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
                // "unknown": the JDK's own writer changed this byte between releases, and the files must not.
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
         * One zstd frame with a checksum and without a content size: several times as fast as gzip, and smaller. The
         * memory is native, outside the heap. One stream was seen to take, in MiB:
         *
         * <pre>
         * level        1    3    6    9   12   19
         * 0 workers    2    3    6   15   45   89
         * 1 worker     9   35   37   80  107
         * 2 workers   12   47   50  106  169
         * 4 workers   17   68   76  166  291
         * </pre>
         *
         * <p>With workers level 19 takes hundreds.
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
         * One xz stream with CRC64: the smallest files, at one to two megabytes a second. All memory is heap. Levels 0
         * to 9 take 3, 9, 17, 32, 48, 94, 94, 186, 370 and 674 MiB for each open stream, so a heap of 256 MiB has room
         * for level 6 twice, for level 7 once and for nothing above; reading takes up to 65 MiB, as the level was.
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
                    // No level asks for more than the highest, and a file must not choose how much memory it gets.
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
                // The library leaves out its own output buffers.
                return 16 * BUFFER_BYTES + 1024L * lzma2(level).getEncoderMemoryUsage();
            }
        },

        /**
         * One bzip2 stream, with a CRC32 of each block: slow both ways, for readers that know nothing newer. The level
         * is the size of a block in 100,000 bytes. All memory is heap, 9 MB at level 9.
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
                // The library's own formula is 400 kB and nine times the block.
                return 4 * BUFFER_BYTES + 400_000 + 9 * 100_000L * level;
            }
        },

        /** The bytes as they are. */
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

        /** The lowest level that this codec has; 0 where it has none. */
        public int minLevel() {
            return minLevel;
        }

        /** The highest level that this codec has; 0 where it has none. */
        public int maxLevel() {
            return maxLevel;
        }

        /** The level that is used where nobody chose one. */
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
