package io.spillway.destination.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * A range of a file as a stream, so that pieces are never held in memory. An interrupt aborts the next read, which
 * stops a thread that is sending. Not thread-safe.
 */
final class FileRange extends InputStream {
    private final Path file;
    private final FileChannel channel;
    private long at;
    private final long end;

    /** Opens the file; {@link #close} closes it. */
    FileRange(Path file, long offset, long length) throws IOException {
        this.file = file;
        this.channel = FileChannel.open(file, StandardOpenOption.READ);
        this.at = offset;
        this.end = offset + length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /** @throws EOFException if the file has become shorter than the range */
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (at >= end) {
            return -1;
        }
        int wanted = (int) Math.min(length, end - at);
        int read = channel.read(ByteBuffer.wrap(target, offset, wanted), at);
        if (read < 0) {
            throw new EOFException(file + " ends at " + at + ", before byte " + end);
        }
        at += read;
        return read;
    }

    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, end - at);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
