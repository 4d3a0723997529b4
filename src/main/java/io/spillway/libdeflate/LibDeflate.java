package io.spillway.libdeflate;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libdeflate, if this system has it and this Java can call it: gzip 1.6 to 1.9 times as fast as with the JDK, and
 * smaller (measured in docs/decisions/0008). It compresses only whole buffers, so {@link GzipMember} passes it pieces.
 * Thread-safe.
 */
public final class LibDeflate {
    /** The library's file, or {@code off}; if absent, the system's library is used. */
    static final String PROPERTY = "spillway.libdeflate";

    static final String OFF = "off";

    /** The ABI of the functions below, as in Debian's package {@code libdeflate0}. */
    private static final String SYSTEM_NAME = "libdeflate.so.0";

    /**
     * Bytes of input that a stream buffers before any of it is written. The compressed bytes depend on it, so it does
     * not change. Pieces four times as large were 0.3 percent smaller and 9 percent faster, half as large 0.4 percent
     * larger; each stream holds two of them outside the heap.
     */
    public static final int PIECE_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(LibDeflate.class);

    private final MethodHandle allocate;
    private final MethodHandle free;
    private final MethodHandle bound;
    private final MethodHandle compress;

    private LibDeflate(ForeignLibrary library) throws IOException {
        MethodType allocating = MethodType.methodType(long.class, int.class);
        MethodType freeing = MethodType.methodType(void.class, long.class);
        MethodType bounding = MethodType.methodType(long.class, long.class, long.class);
        MethodType compressing =
                MethodType.methodType(long.class, long.class, long.class, long.class, long.class, long.class);
        this.allocate = library.function("libdeflate_alloc_compressor", allocating);
        this.free = library.function("libdeflate_free_compressor", freeing);
        this.bound = library.function("libdeflate_deflate_compress_bound", bounding);
        this.compress = library.function("libdeflate_deflate_compress", compressing);
    }

    /** The library; empty if gzip falls back to the JDK. The result is constant while the process runs. */
    public static Optional<LibDeflate> find() {
        return Attempt.FOUND;
    }

    /** The first call initializes this class and loads the library, so the result is logged once. */
    private static final class Attempt {
        private static final Optional<LibDeflate> FOUND = load(System.getProperty(PROPERTY));
    }

    /** The library for {@code chosen}; logs the result. Never fails. */
    static Optional<LibDeflate> load(@Nullable String chosen) {
        Optional<String> unsupported = ForeignLibrary.whyUnsupported();
        if (OFF.equals(chosen) || unsupported.isPresent()) {
            LOG.info("gzip by=jdk reason=\"libdeflate: {}\"", unsupported.orElse("switched off"));
            return Optional.empty();
        }
        String name = chosen == null ? SYSTEM_NAME : chosen;
        ForeignLibrary library;
        try {
            library = ForeignLibrary.open(name);
        } catch (IOException e) {
            if (chosen == null) {
                LOG.info("gzip by=jdk reason=\"{}\" hint=\"libdeflate makes it faster\"", e.getMessage());
            } else {
                LOG.warn("gzip by=jdk reason=\"{}\" hint=\"correct or leave out -D{}\"", e.getMessage(), PROPERTY);
            }
            return Optional.empty();
        }
        try {
            LibDeflate found = new LibDeflate(library);
            found.prove();
            LOG.info("gzip by=libdeflate library={}", name);
            return Optional.of(found);
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "gzip by=jdk reason=\"{} is not usable: {}\" hint=\"repair it, or switch it off with -D{}={}\"",
                    name,
                    e.getMessage(),
                    PROPERTY,
                    OFF);
            return Optional.empty();
        }
    }

    /** Compresses a known text at every level and checks that the JDK's reader restores it. */
    private void prove() throws IOException {
        byte[] text = new byte[40_000];
        Random random = new Random(1);
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) (i > 2_000 && random.nextInt(8) > 0 ? text[i - 2_000] : 'a' + random.nextInt(26));
        }
        for (int level = 1; level <= 9; level++) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (OutputStream stream = new GzipMember(out, level, new Pieces(level, 16_000))) {
                stream.write(text);
            }
            try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(out.toByteArray()))) {
                if (!Arrays.equals(in.readAllBytes(), text)) {
                    throw new IOException("data compressed at level " + level + " was not restored");
                }
            }
        }
    }

    /**
     * Returns a stream that writes compressed data to {@code out} as one gzip member. Not thread-safe; closing it
     * closes {@code out} and frees about 2.5 MiB outside the heap.
     *
     * @param level 1 (fastest) to 9 (smallest)
     */
    public OutputStream gzip(OutputStream out, int level) {
        return new GzipMember(out, level, deflater(level));
    }

    /**
     * Creates a compressor. It holds about 2.5 MiB outside the heap until it is closed.
     *
     * @param level 1 to 9, with about the same effect as in the JDK
     */
    PieceDeflater deflater(int level) {
        return deflater(level, PIECE_BYTES);
    }

    /** The same with another piece size in bytes, for tests and measurements. */
    PieceDeflater deflater(int level, int pieceBytes) {
        return new Pieces(level, pieceBytes);
    }

    /** Uses only the addresses of its own blocks and compressor, and only until it is closed. */
    private final class Pieces implements PieceDeflater {
        private final ForeignLibrary.Memory memory = new ForeignLibrary.Memory();
        private final ForeignLibrary.Block piece;
        private final ForeignLibrary.Block deflated;
        private final long compressor;
        private boolean closed;

        Pieces(int level, int pieceBytes) {
            boolean made = false;
            try {
                this.piece = memory.allocate(pieceBytes);
                // 0 is NULL, for the bound of every compressor.
                this.deflated = memory.allocate((long) bound.invokeExact(0L, (long) pieceBytes));
                this.compressor = (long) allocate.invokeExact(level);
                if (compressor == 0) {
                    throw new OutOfMemoryError("libdeflate has no memory for a compressor of level " + level);
                }
                made = true;
            } catch (Throwable e) {
                throw unchecked(e);
            } finally {
                if (!made) {
                    memory.close();
                }
            }
        }

        @Override
        public ByteBuffer piece() {
            return piece.bytes();
        }

        @Override
        public ByteBuffer deflate() {
            if (closed) {
                throw new IllegalStateException("the compressor is freed");
            }
            long length = piece.bytes().position();
            long written;
            try {
                written = (long) compress.invokeExact(compressor, piece.address(), length, deflated.address(), (long)
                        deflated.bytes().capacity());
            } catch (Throwable e) {
                throw unchecked(e);
            }
            if (written <= 0 || written > deflated.bytes().capacity()) {
                throw new IllegalStateException("libdeflate made %d bytes of %d where %d have room"
                        .formatted(written, length, deflated.bytes().capacity()));
            }
            return deflated.bytes().clear().limit((int) written);
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            try (memory) {
                free.invokeExact(compressor);
            } catch (Throwable e) {
                throw unchecked(e);
            }
        }
    }

    /** Native functions throw nothing; their handles declare everything. */
    private static RuntimeException unchecked(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
    }
}
