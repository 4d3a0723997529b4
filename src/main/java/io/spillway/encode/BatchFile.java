package io.spillway.encode;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Spools one batch after another to a file until its length is known, so that memory does not grow with the batch.
 * Closing it removes the file, and so does the end of the process if the system supports that. Not thread-safe.
 */
final class BatchFile implements AutoCloseable {
    /** Bytes in memory at a time, even for a document of many megabytes: the JDK copies what it writes. */
    private static final int PIECE = 64 << 10;

    private final FileChannel channel;
    private final Waiting out;
    private long written;

    BatchFile(Path file) throws IOException {
        channel = FileChannel.open(
                file,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
        out = new Waiting(new Pieces());
    }

    /** Receives the bytes of the current batch. */
    OutputStream out() {
        return out;
    }

    /** Bytes of the current batch. */
    long length() {
        return written + out.waiting();
    }

    /** Writes the current batch to {@code to}, from its first byte, and starts an empty one. */
    void moveTo(OutputStream to) throws IOException {
        out.flush();
        channel.position(0);
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        for (long rest = written; rest > 0; rest -= piece.limit()) {
            piece.clear().limit((int) Math.min(PIECE, rest));
            while (piece.hasRemaining()) {
                if (channel.read(piece) < 0) {
                    throw new IOException("the batch file lacks " + rest + " bytes");
                }
            }
            to.write(piece.array(), 0, piece.limit());
        }
        channel.truncate(0);
        written = 0;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The content is not needed, and the file is in a folder that is removed as a whole.
        }
    }

    /** Joins small writes, and exposes the number of buffered bytes. */
    private static final class Waiting extends BufferedOutputStream {
        Waiting(OutputStream out) {
            super(out, PIECE);
        }

        int waiting() {
            return count;
        }
    }

    private final class Pieces extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int end = offset + length;
            for (int at = offset; at < end; at += PIECE) {
                ByteBuffer piece = ByteBuffer.wrap(bytes, at, Math.min(PIECE, end - at));
                while (piece.hasRemaining()) {
                    channel.write(piece);
                }
            }
            written += length;
        }
    }
}
