package io.spillway.libdeflate;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.ZipException;

/**
 * One gzip member (RFC 1952) of pieces that were deflated separately. The last block of each deflated piece is marked
 * as last. In all pieces except the last that mark is cleared, and an empty stored block after it pads to a full byte,
 * so that the next piece begins on one. The blocks of a member then form one deflate stream, in which no match reaches
 * back beyond its own piece.
 */
final class GzipMember extends OutputStream {
    /** Method 8, no name, no time; the system is "unknown", as in all gzip files of Spillway. */
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    private static final int EXTRA_FLAGS = 8;

    /** What follows the three zero bits of a stored block, and the padding byte: no bytes stored. */
    private static final byte[] SEAM = {0, 0, 0, (byte) 0xff, (byte) 0xff};

    private final OutputStream out;
    private final int level;
    private final PieceDeflater deflater;
    private final ByteBuffer piece;
    private final DeflateBlocks blocks = new DeflateBlocks();
    private final CRC32 crc = new CRC32();
    private final byte[] buffer = new byte[64 * 1024];
    private long size;
    private boolean begun;
    private boolean failed;
    private boolean closed;

    /** Takes ownership of the deflater; nothing is written yet. */
    GzipMember(OutputStream out, int level, PieceDeflater deflater) {
        this.out = out;
        this.level = level;
        this.deflater = deflater;
        this.piece = deflater.piece();
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("the compressed stream is closed");
        }
        int at = offset;
        int end = offset + length;
        while (at < end) {
            // A full piece is kept until another byte arrives, because the last one stays as the compressor made it.
            if (!piece.hasRemaining()) {
                write(false);
            }
            int copied = Math.min(end - at, piece.remaining());
            piece.put(bytes, at, copied);
            crc.update(bytes, at, copied);
            at += copied;
        }
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (out;
                deflater) {
            if (!failed) {
                write(true);
                out.write(trailer());
            }
        }
    }

    private void write(boolean last) throws IOException {
        if (failed) {
            throw new IOException("an earlier write failed");
        }
        failed = true;
        if (!begun) {
            out.write(header());
            begun = true;
        }
        int length = piece.position();
        ByteBuffer deflated = deflater.deflate();
        DeflateBlocks.Found found = walk(deflated, length);
        if (last) {
            copy(deflated);
        } else {
            clearLastBlock(deflated, found);
            copy(deflated);
            // Three zero bits, in another byte if the last one has too little space for them.
            int free = (int) (8L * deflated.limit() - found.end());
            int from = free >= 3 ? 1 : 0;
            out.write(SEAM, from, SEAM.length - from);
        }
        size += length;
        piece.clear();
        failed = false;
    }

    /** The scan also verifies that this is one valid stream and inflates to the number of input bytes. */
    private DeflateBlocks.Found walk(ByteBuffer deflated, int length) {
        DeflateBlocks.Found found;
        try {
            found = blocks.walk(deflated);
        } catch (ZipException e) {
            throw new IllegalStateException(
                    "the compressor made %d bytes of %d that are not a deflate stream: %s"
                            .formatted(deflated.limit(), length, e.getMessage()),
                    e);
        }
        if (found.inflated() != length || (found.end() + 7) / 8 != deflated.limit()) {
            throw new IllegalStateException("the compressor made %d bytes of %d, which hold %d and end at bit %d"
                    .formatted(deflated.limit(), length, found.inflated(), found.end()));
        }
        return found;
    }

    private static void clearLastBlock(ByteBuffer deflated, DeflateBlocks.Found found) {
        int header = (int) (found.lastBlock() >>> 3);
        deflated.put(header, (byte) (deflated.get(header) & ~(1 << (found.lastBlock() & 7))));
        int used = (int) (found.end() & 7);
        if (used != 0) {
            int last = deflated.limit() - 1;
            deflated.put(last, (byte) (deflated.get(last) & (1 << used) - 1));
        }
    }

    private void copy(ByteBuffer deflated) throws IOException {
        deflated.position(0);
        while (deflated.hasRemaining()) {
            int length = Math.min(deflated.remaining(), buffer.length);
            deflated.get(buffer, 0, length);
            out.write(buffer, 0, length);
        }
    }

    private byte[] header() {
        byte[] header = HEADER.clone();
        header[EXTRA_FLAGS] = (byte) (level == 9 ? 2 : level == 1 ? 4 : 0);
        return header;
    }

    private byte[] trailer() {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) crc.getValue())
                .putInt((int) size)
                .array();
    }
}
