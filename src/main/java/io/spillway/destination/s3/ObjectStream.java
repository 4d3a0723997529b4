package io.spillway.destination.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * An object's content. Fails only with {@link IOException}, also if it ends too soon. Closing it early aborts the
 * connection instead of reading the rest. Not thread-safe.
 */
final class ObjectStream extends FilterInputStream {
    private final ResponseInputStream<GetObjectResponse> answer;
    private final long length;
    private long read;
    private boolean closed;

    ObjectStream(ResponseInputStream<GetObjectResponse> answer) {
        super(answer);
        this.answer = answer;
        this.length = answer.response().contentLength() == null
                ? -1
                : answer.response().contentLength();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int wanted) throws IOException {
        int got;
        try {
            got = super.read(target, offset, wanted);
        } catch (SdkException e) {
            throw new IOException("reading the object failed after " + read + " bytes", e);
        }
        if (got > 0) {
            read += got;
        } else if (got < 0 && length >= 0 && read < length) {
            throw new IOException("the object ends after " + read + " of " + length + " bytes");
        }
        return got;
    }

    @Override
    public long skip(long wanted) throws IOException {
        byte[] buffer = new byte[(int) Math.max(0, Math.min(wanted, 8 << 10))];
        return Math.max(0, read(buffer, 0, buffer.length));
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (read == length) {
            super.close();
        } else {
            answer.abort();
        }
    }
}
