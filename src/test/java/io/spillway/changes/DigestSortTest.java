package io.spillway.changes;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.encode.JsonLines;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records of any number are sorted and compared in bounded memory. {@code -Dspillway.changes.documents=100000000} with {@code
 * -Xmx256m} shows it for as many documents; that takes about 25 GB of disk.
 */
class DigestSortTest {
    private static final int DOCUMENTS = Integer.getInteger("spillway.changes.documents", 60_000);
    private static final int BUFFER = DOCUMENTS > 1_000_000 ? 4 << 20 : 8 << 10;
    private static final int EVERY = 100;

    @TempDir
    Path folder;

    /** Records documents: every hundredth is another one in each round, and one more is gone. */
    private DigestSort record(String name, int round) throws Exception {
        DigestSort sort = new DigestSort(Files.createDirectory(folder.resolve(name)));
        for (int slice = 0; slice < 2; slice++) {
            SpillBuffer buffer = new SpillBuffer(sort, new JsonLines(), new LineKeys("id", false), slice, BUFFER);
            for (int i = slice; i < DOCUMENTS; i += 2) {
                if (i % EVERY == 1 + round) {
                    continue;
                }
                int version = i % EVERY == 0 ? round : 0;
                byte[] line =
                        ("{\"id\":\"document " + i + "\",\"v\":" + version + "}").getBytes(StandardCharsets.UTF_8);
                assertThat(buffer.add(line, 0, line.length)).isTrue();
            }
            buffer.finish();
        }
        return sort;
    }

    private static DigestFile.Written sorted(DigestSort sort, ChangeJoin join, DigestFile.Reader before, Path file)
            throws Exception {
        try (DigestSort.Merged merged = sort.merged()) {
            return join.run(merged, before, file);
        }
    }

    @Test
    void manyRecordsAreComparedInBoundedMemory() throws Exception {
        DigestFile.Written before =
                sorted(record("before", 1), new ChangeJoin(null, null), null, folder.resolve("before-sorted"));
        ChangeJoin join = new ChangeJoin(null, null);
        try (DigestFile.Reader reader = new DigestFile.Reader(before.file())) {
            DigestFile.Written now = sorted(record("now", 2), join, reader, folder.resolve("now-sorted"));
            long part = DOCUMENTS / EVERY;
            assertThat(join.counts().added()).isEqualTo(part);
            assertThat(join.counts().deleted()).isEqualTo(part);
            assertThat(join.counts().changed()).isEqualTo(part);
            assertThat(join.counts().after()).isEqualTo(DOCUMENTS - part).isEqualTo(now.records());
            assertThat(join.twice).isZero();
            DigestFile.Written again = DigestFile.check(now.file());
            assertThat(again.crc()).isEqualTo(now.crc());
            assertThat(again.lines().hex()).isEqualTo(now.lines().hex());
        }
        requireOrder(before.file());
    }

    private static void requireOrder(Path file) throws Exception {
        DigestRecord last = new DigestRecord();
        try (DigestFile.Reader reader = new DigestFile.Reader(file)) {
            for (boolean first = true; reader.isPresent(); reader.next(), first = false) {
                if (!first) {
                    assertThat(last.compareKeys(reader.record)).isNegative();
                }
                last.keyHigh = reader.record.keyHigh;
                last.keyLow = reader.record.keyLow;
            }
        }
    }

    @Test
    void aSumDoesNotDependOnOrderAndSubtractsWhatWasAdded() {
        DigestSum one = new DigestSum();
        one.add(-1, -1);
        one.add(0, 2);
        one.add(5, -3);
        DigestSum other = new DigestSum();
        other.add(5, -3);
        other.add(0, 2);
        other.add(-1, -1);
        assertThat(one.hex()).isEqualTo(other.hex()).isEqualTo("0000000000000005fffffffffffffffe");
        one.subtract(5, -3);
        one.subtract(-1, -1);
        assertThat(one.hex()).isEqualTo("00000000000000000000000000000002");
    }

    @Test
    void placesFindWhatWasAddedInAnySlice() {
        Places places = new Places();
        places.add(Places.of(3, 5_000_000_000L));
        places.add(Places.of(0, 0));
        assertThat(places.has(Places.of(3, 5_000_000_000L))).isTrue();
        assertThat(places.has(Places.of(2, 5_000_000_000L))).isFalse();
        assertThat(places.hasAny(Places.of(3, 4_999_999_990L), 10)).isFalse();
        assertThat(places.hasAny(Places.of(3, 4_999_999_990L), 11)).isTrue();
        assertThat(places.size()).isEqualTo(2);
    }
}
