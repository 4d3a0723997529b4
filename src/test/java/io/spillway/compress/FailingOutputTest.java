package io.spillway.compress;

import static io.spillway.compress.Samples.compress;
import static io.spillway.compress.Samples.noise;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.spillway.compress.Compression.Codec;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the stream below a compressing stream sees: when it is written to, and that it is closed once. */
@Timeout(60)
public class FailingOutputTest {
    static Stream<Compression> all() {
        return Stream.concat(Samples.cheapest().stream(), Stream.of(new Compression(Codec.ZSTD, 1, 2)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void closingClosesTheStreamBelowOnce(Compression compression) throws IOException {
        Limited out = new Limited(Integer.MAX_VALUE);
        OutputStream stream = compression.compress(out);
        stream.write(1);
        stream.close();
        stream.close();
        assertThat(out.closings).isOne();
    }

    @Test
    void closingAnUncompressedStreamClosesTheStreamBelow() throws IOException {
        Limited out = new Limited(Integer.MAX_VALUE);
        new Compression(Codec.NONE, 0).compress(out).close();
        assertThat(out.closings).isOne();
    }

    @ParameterizedTest
    @MethodSource("all")
    void writingAfterClosingFails(Compression compression) throws IOException {
        OutputStream stream = compression.compress(OutputStream.nullOutputStream());
        stream.close();
        assertThatIOException().isThrownBy(() -> stream.write(1)).withMessageContaining("closed");
        assertThatIOException().isThrownBy(() -> stream.write(new byte[9])).withMessageContaining("closed");
    }

    @ParameterizedTest
    @MethodSource("all")
    void flushingDoesNotReachTheStreamBelow(Compression compression) throws IOException {
        Limited out = new Limited(Integer.MAX_VALUE);
        try (OutputStream stream = compression.compress(out)) {
            int header = out.size;
            stream.write(1);
            stream.flush();
            assertThat(out.size).isEqualTo(header);
        }
    }

    /** Full after any number of bytes: in the header, in the middle, in the last bytes that closing writes. */
    @ParameterizedTest
    @MethodSource("all")
    void aFullOutputFailsTheCompressionAtAnyPosition(Compression compression) throws IOException {
        byte[] content = noise(new Random(1), 400_000);
        int whole = compress(compression, content).length;
        for (int room : new int[] {0, 1, 20, 70_000, 200_000, whole - 30, whole - 9, whole - 1}) {
            Limited out = new Limited(room);
            assertThatIOException()
                    .as("room for %d of %d bytes", room, whole)
                    .isThrownBy(() -> {
                        try (out;
                                OutputStream stream = compression.compress(out)) {
                            stream.write(content);
                        }
                    })
                    .withMessage("full");
            assertThat(out.closings).as("closings").isPositive();
        }
    }

    /** A gap in the middle with a valid end would be worse than no end. */
    @ParameterizedTest
    @MethodSource("all")
    void nothingIsWrittenAfterAFailureEvenIfThereIsRoomAgain(Compression compression) throws IOException {
        byte[] content = noise(new Random(1), 1_000_000);
        Limited out = new Limited(100_000);
        OutputStream stream = compression.compress(out);
        assertThatIOException()
                .isThrownBy(() -> {
                    for (int i = 0; i < 20; i++) { // bzip2 buffers 100 kB, the workers of zstd two megabytes
                        stream.write(content);
                    }
                })
                .withMessage("full");
        out.room = Integer.MAX_VALUE;
        int written = out.size;
        assertThatIOException().isThrownBy(() -> stream.write(content)).withMessageContaining("full");
        assertThatIOException().isThrownBy(stream::close).withMessageContaining("full");
        assertThat(out.size).isEqualTo(written);
        assertThat(out.closings).isOne();
    }

    /** Accepts so many bytes, then rejects each write as a whole. */
    private static final class Limited extends OutputStream {
        private int room;
        private int size;
        private int closings;

        Limited(int room) {
            this.room = room;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length > room - size) {
                throw new IOException("full");
            }
            size += length;
        }

        @Override
        public void close() {
            closings++;
        }
    }
}
