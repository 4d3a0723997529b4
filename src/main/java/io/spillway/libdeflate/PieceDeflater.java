package io.spillway.libdeflate;

import java.nio.ByteBuffer;

/**
 * Compresses each piece to a complete raw deflate stream (RFC 1951). The same piece gives the same stream. Not
 * thread-safe; closing it frees its memory outside the heap.
 */
interface PieceDeflater extends AutoCloseable {
    /** The buffer for the next piece, from position 0 on; cleared by the caller. Must not be used after closing. */
    ByteBuffer piece();

    /**
     * Deflates the bytes before the position of {@link #piece()}, possibly none. The result contains one stream, from
     * position 0 to the limit; the caller may change it, and it is valid until the next call.
     *
     * @throws IllegalStateException if the compressor fails
     */
    ByteBuffer deflate();

    @Override
    void close();
}
