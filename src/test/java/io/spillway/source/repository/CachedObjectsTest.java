package io.spillway.source.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.source.Fetched;
import io.spillway.source.repository.BlobStore.Blob;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CachedObjectsTest {
    private static final int KIB = 1 << 10;
    private static final int LENGTH = 20_000 * KIB + 77;

    private final byte[] content = new byte[LENGTH];
    private final Recorded store = new Recorded();
    private final CachedObjects objects = new CachedObjects(store);

    CachedObjectsTest() {
        new Random(20).nextBytes(content);
    }

    @AfterEach
    void close() {
        objects.close();
    }

    @Test
    void aSmallReadFetchesASmallRange() throws Exception {
        try (Blob blob = objects.open("a", LENGTH)) {
            assertReads(blob, 1_000_000, 16, LENGTH);
            assertReads(blob, 1_000_100, 300, LENGTH);
        }

        assertThat(store.ranges).containsExactly("983040+65536");
    }

    @Test
    void readingOnFetchesEachByteOnceInLongerAndLongerRangesUpToTheNamedEnd() throws Exception {
        long until = 15_000L * KIB + 5;
        try (Blob blob = objects.open("a", LENGTH)) {
            for (int turn = 0; turn < 2; turn++) {
                for (long at = 100; at < until; at += 16 * KIB) {
                    assertReads(blob, at, (int) Math.min(16 * KIB, until - at), until);
                }
            }
        }

        assertThat(store.ranges).hasSize(9).startsWith("0+65536", "65536+131072", "196608+262144");
        long past = store.bytes - until;
        assertThat(past).isBetween(0L, 64L * KIB);
        assertThat(objects.fetched()).isEqualTo(new Fetched(9, store.bytes));
    }

    @Test
    void readsAtAnyPlaceHaveTheBytesOfTheObject() throws Exception {
        Random random = new Random(7);
        try (Blob one = objects.open("a", LENGTH);
                Blob two = objects.open("a", LENGTH)) {
            for (int i = 0; i < 2_000; i++) {
                int at = random.nextInt(LENGTH);
                int count = random.nextInt(Math.min(200 * KIB, LENGTH - at) + 1);
                assertReads(
                        random.nextBoolean() ? one : two, at, count, Math.min(LENGTH, at + 1 + random.nextInt(LENGTH)));
            }
        }
        assertThat(store.bytes).isLessThanOrEqualTo(LENGTH);
    }

    @Test
    void whatWasFetchedIsKeptForTheNextOpening() throws Exception {
        for (int turn = 0; turn < 3; turn++) {
            try (Blob blob = objects.open("a", LENGTH)) {
                assertReads(blob, LENGTH - 10, 10, LENGTH);
            }
        }

        assertThat(store.ranges).hasSize(1);
    }

    @Test
    void anObjectThatIsShorterOrMissingFails() throws Exception {
        try (Blob blob = objects.open("a", LENGTH + 1);
                Blob missing = objects.open("b", 10)) {
            assertThatExceptionOfType(EOFException.class)
                    .isThrownBy(() -> blob.read(LENGTH - 10, ByteBuffer.allocate(11), LENGTH + 1))
                    .withMessage("a ends at byte " + LENGTH);
            assertThatExceptionOfType(NoSuchFileException.class)
                    .isThrownBy(() -> missing.read(0, ByteBuffer.allocate(1), 10));
        }
    }

    private void assertReads(Blob blob, long at, int count, long until) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(count);
        blob.read(at, into, until);
        assertThat(into.array()).isEqualTo(Arrays.copyOfRange(content, (int) at, (int) at + count));
    }

    /** One object, and the ranges that were read of it. */
    private final class Recorded implements ObjectStore {
        private final List<String> ranges = new ArrayList<>();
        private long bytes;

        @Override
        public String name() {
            return "recorded";
        }

        @Override
        public Map<String, Long> list(String folder, Runnable counted) {
            counted.run();
            return Map.of("a", (long) LENGTH);
        }

        @Override
        public byte[] read(String name) throws IOException {
            return read(name, 0, LENGTH);
        }

        @Override
        public byte[] read(String name, long from, int length) throws IOException {
            if (!name.equals("a")) {
                throw new NoSuchFileException(name);
            }
            byte[] range = Arrays.copyOfRange(content, (int) from, (int) Math.min(LENGTH, from + length));
            ranges.add(from + "+" + range.length);
            bytes += range.length;
            return range;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
