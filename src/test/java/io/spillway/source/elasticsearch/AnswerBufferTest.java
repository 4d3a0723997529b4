package io.spillway.source.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.apache.http.ContentTooLongException;
import org.apache.http.nio.ContentDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A response body arrives in pieces, and its length is often not announced. */
class AnswerBufferTest {
    private static final int LIMIT = 300_000;

    private final AnswerBuffer buffer = new AnswerBuffer();

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 199_999, 200_000, 200_001, LIMIT, LIMIT + 1, Long.MAX_VALUE})
    void aBodyIsReceivedWholeWhateverLengthWasExpected(long expected) throws Exception {
        byte[] body = body(200_000);
        buffer.expect(expected);
        buffer.begin(-1, LIMIT);
        receive(body);

        assertThat(Arrays.copyOf(buffer.bytes(), buffer.length())).isEqualTo(body);
    }

    @Test
    void aBodyOfAboutTheExpectedLengthNeedsOneArray() throws Exception {
        buffer.expect(220_000);
        buffer.begin(-1, LIMIT);
        byte[] before = buffer.bytes();
        receive(body(200_000));

        assertThat(buffer.bytes()).isSameAs(before);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, LIMIT + 1, Long.MAX_VALUE})
    void aBodyAboveTheLimitIsRefusedWhateverLengthWasExpected(long expected) throws Exception {
        buffer.expect(expected);
        buffer.begin(-1, LIMIT);

        assertThatThrownBy(() -> receive(body(LIMIT + 1))).isInstanceOf(ContentTooLongException.class);
    }

    private void receive(byte[] body) throws Exception {
        Pieces pieces = new Pieces(body);
        while (!pieces.isCompleted()) {
            buffer.takeFrom(pieces, LIMIT);
        }
    }

    private static byte[] body(int length) {
        byte[] body = new byte[length];
        new Random(length).nextBytes(body);
        return body;
    }

    /** A body of which every other read brings nothing, and the others at most some kilobytes. */
    private static final class Pieces implements ContentDecoder {
        private final ByteBuffer rest;
        private boolean pause;

        Pieces(byte[] body) {
            rest = ByteBuffer.wrap(body);
        }

        @Override
        public int read(ByteBuffer into) {
            pause = !pause;
            if (pause) {
                return 0;
            }
            int length = Math.min(Math.min(5_000, rest.remaining()), into.remaining());
            into.put(rest.slice().limit(length));
            rest.position(rest.position() + length);
            return length;
        }

        @Override
        public boolean isCompleted() {
            return !rest.hasRemaining();
        }
    }
}
