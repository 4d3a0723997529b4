package io.spillway.compress;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads exactly one zstd frame, which must have a checksum, and fails on any byte after it. The library's own stream
 * accepts an empty file, skippable frames, further frames and the start of a further frame. Native memory is released
 * at the end, on failure or on closing, whichever comes first. Not thread-safe.
 */
final class ZstdFrame extends InputStream {
    private static final int MAGIC = 0xFD2FB528;
    /** The magic number and the frame header's descriptor. */
    private static final int HEAD_BYTES = 5;

    private static final int CHECKSUM_FLAG = 1 << 2;

    /** One block of 128 KiB, the maximum, so that every call can return what it decoded. */
    private static final int BLOCK_BYTES = 128 * 1024;

    private final InputStream in;
    private final byte[] piece = new byte[Compression.Codec.BUFFER_BYTES];
    // The bindings report how far they read only if both buffers are outside the heap. The byte order is that of the
    // magic number.
    private final ByteBuffer compressed =
            ByteBuffer.allocateDirect(piece.length).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer content = ByteBuffer.allocateDirect(BLOCK_BYTES);
    private @Nullable ZstdDecompressCtx context;
    private @Nullable IOException failure;
    private boolean ended;
    private boolean moreInside;
    private boolean closed;

    /**
     * Reads the header. Closing this closes {@code in}, but the caller has to close it if the header is wrong and this
     * fails.
     */
    ZstdFrame(InputStream in) throws IOException {
        this.in = in;
        content.limit(0);
        while (compressed.position() < HEAD_BYTES) {
            int read = in.read(piece, 0, compressed.remaining());
            if (read == -1) {
                throw new EOFException("the file ends within the header of the zstd frame");
            }
            compressed.put(piece, 0, read);
        }
        compressed.flip();
        if (compressed.getInt(0) != MAGIC) {
            throw new IOException("the file is not a zstd frame");
        }
        if ((compressed.get(HEAD_BYTES - 1) & CHECKSUM_FLAG) == 0) {
            throw new IOException("the zstd frame has no checksum");
        }
        context = new ZstdDecompressCtx();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) == -1 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
        if (length == 0) {
            return 0;
        }
        try {
            while (!content.hasRemaining()) {
                if (ended) {
                    return -1;
                }
                decodeMore();
            }
        } catch (IOException e) {
            failure = e;
            free();
            throw e;
        }
        int read = Math.min(length, content.remaining());
        content.get(buffer, offset, read);
        return read;
    }

    /** Afterwards there is decoded content, or the frame has ended, or neither. */
    private void decodeMore() throws IOException {
        if (context == null) {
            throw new IOException("the decompressed stream is closed");
        }
        if (!compressed.hasRemaining() && !moreInside) {
            refill();
        }
        content.clear();
        try {
            ended = context.decompressDirectByteBufferStream(content, compressed);
        } catch (ZstdException e) {
            content.limit(0);
            throw new IOException("the zstd frame is damaged: " + e.getMessage(), e);
        }
        moreInside = !content.hasRemaining();
        content.flip();
        if (ended) {
            free();
            if (compressed.hasRemaining() || in.read() != -1) {
                content.limit(0);
                throw new IOException("bytes follow the end of the zstd frame");
            }
        }
    }

    private void refill() throws IOException {
        int read = in.read(piece);
        if (read == -1) {
            throw new EOFException("the file ends within the zstd frame");
        }
        compressed.clear();
        compressed.put(piece, 0, read).flip();
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            free();
            in.close();
        }
    }

    private void free() {
        if (context != null) {
            context.close();
            context = null;
        }
    }
}
