package io.spillway.libdeflate;

import java.nio.ByteBuffer;

/**
 * Makes a whole raw deflate stream (RFC 1951) of each piece that it is given. The same piece gives the same stream.
 * Belongs to one thread at a time; closing it frees what it holds outside the heap.
 */
interface PieceDeflater extends AutoCloseable {
    /** Where the next piece is put, from position 0 on; cleared by the caller. Not to be used after closing. */
    ByteBuffer piece();

    /**
     * Deflates what lies before the position of {@link #piece()}, nothing too. The answer holds one stream, from
     * position 0 to the limit and without a gap behind it; the caller may change it, and it lasts until the next call.
     * Fails with {@link IllegalStateException} where the compressor does.
     */
    ByteBuffer deflate();

    @Override
    void close();
}
