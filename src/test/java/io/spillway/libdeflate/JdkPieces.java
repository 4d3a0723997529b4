package io.spillway.libdeflate;

import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/** The JDK's own compressor, with a whole stream for each piece. Counts how often it was closed. */
final class JdkPieces implements PieceDeflater {
    private final Deflater deflater;
    private final ByteBuffer piece;
    int closings;

    JdkPieces(int level, int strategy, int pieceBytes) {
        this.deflater = new Deflater(level, true);
        this.deflater.setStrategy(strategy);
        this.piece = ByteBuffer.allocate(pieceBytes);
    }

    @Override
    public ByteBuffer piece() {
        return piece;
    }

    @Override
    public ByteBuffer deflate() {
        deflater.reset();
        deflater.setInput(piece.array(), 0, piece.position());
        deflater.finish();
        byte[] room = new byte[piece.capacity() * 2 + 100];
        int length = 0;
        // The first call after a change of strategy may return nothing.
        while (!deflater.finished()) {
            length += deflater.deflate(room, length, room.length - length);
        }
        return ByteBuffer.wrap(room, 0, length);
    }

    @Override
    public void close() {
        closings++;
        deflater.end();
    }
}
