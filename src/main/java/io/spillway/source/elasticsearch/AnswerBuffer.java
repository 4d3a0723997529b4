package io.spillway.source.elasticsearch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.http.ContentTooLongException;
import org.apache.http.nio.ContentDecoder;

/**
 * Takes one answer's body, whole, in one array that is used again for the next answer. Grows as the body comes, up to a
 * limit; a longer body fails with {@link ContentTooLongException} instead of filling the heap, whether or not the server
 * announced its length. Filled by the client's IO thread, read by another once the answer is complete.
 */
final class AnswerBuffer {
    private static final int FIRST_BYTES = 64 << 10;
    /** From here on doubling would cost a small heap more than copying costs time: old and new lie in it at once. */
    private static final int LARGE = 8 << 20;

    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;

    /** Starts over for a body whose announced length is {@code announced}, or -1 where it is not. */
    void begin(long announced, int limit) throws ContentTooLongException {
        length = 0;
        if (announced > limit) {
            throw tooLong(limit);
        }
        if (announced > bytes.length) {
            bytes = new byte[(int) announced];
        }
    }

    /** Takes what the connection has. */
    void takeFrom(ContentDecoder decoder, int limit) throws IOException {
        while (true) {
            if (length == bytes.length) {
                if (length >= limit) {
                    // Full to the limit: only a body that ends exactly here is not too long.
                    if (decoder.read(ByteBuffer.allocate(1)) > 0) {
                        throw tooLong(limit);
                    }
                    return;
                }
                long larger = length < LARGE ? length * 2L : length + length / 4L;
                bytes = Arrays.copyOf(bytes, (int) Math.min(limit, larger));
            }
            int read = decoder.read(ByteBuffer.wrap(bytes, length, bytes.length - length));
            if (read <= 0) {
                return;
            }
            length += read;
        }
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    private static ContentTooLongException tooLong(int limit) {
        return new ContentTooLongException("the answer has more than " + limit + " bytes");
    }
}
