package io.spillway.source.elasticsearch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.http.ContentTooLongException;
import org.apache.http.nio.ContentDecoder;

/**
 * Holds one whole response body in an array that is reused for the next response. Grows as the body arrives, up to a
 * limit; a longer body fails with {@link ContentTooLongException} instead of filling the heap, whether or not the
 * server announced its length. Filled by the client's IO thread, read by another thread once the response is complete.
 */
final class AnswerBuffer {
    private static final int FIRST_BYTES = 64 << 10;
    /**
     * Above this size, doubling would cost a small heap more than copying costs time, because old and new array exist
     * at once.
     */
    private static final int LARGE = 8 << 20;

    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;
    private long expected;

    /**
     * Sets the length that the next body will have about, 0 if unknown. A server that sends a body in chunks does not announce
     * its length, and a buffer that grows as the body arrives copies it several times.
     */
    void expect(long about) {
        expected = about;
    }

    /** Starts a body with the announced length {@code announced}, or -1 if unknown. */
    void begin(long announced, int limit) throws ContentTooLongException {
        length = 0;
        if (announced > limit) {
            throw tooLong(limit);
        }
        long wanted = announced >= 0 ? announced : Math.min(expected, limit);
        if (wanted > bytes.length) {
            bytes = new byte[(int) wanted];
        }
    }

    /** Reads the available bytes. */
    void takeFrom(ContentDecoder decoder, int limit) throws IOException {
        while (true) {
            if (length == bytes.length) {
                if (length >= limit) {
                    // The limit is reached: only a body that ends exactly here is acceptable.
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
        return new ContentTooLongException("the response has more than " + limit + " bytes");
    }
}
