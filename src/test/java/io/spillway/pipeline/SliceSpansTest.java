package io.spillway.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.Document;
import io.spillway.source.Document.Range;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SliceSpansTest {

    @Test
    void slicesThatCoverDifferentRangesOfAShardHaveNoDocumentInCommon() throws Exception {
        assertThat(SliceSpans.distinct(List.of(spans(0, at(0, 3), at(0, 9)), spans(1, at(0, 10), at(0, 12)))))
                .isEqualTo(4);
    }

    @Test
    void theSameNumbersInOtherShardsAreOtherDocuments() throws Exception {
        assertThat(SliceSpans.distinct(List.of(spans(0, at(0, 3), at(1, 3), at(0, 4)), spans(1, at(2, 3)))))
                .isEqualTo(4);
    }

    @Test
    void slicesWithoutDocumentsAreIgnored() throws Exception {
        assertThat(SliceSpans.distinct(List.of(spans(0), spans(1)))).isZero();
    }

    @Test
    void aDuplicateDocumentInASliceIsRefused() {
        assertRefused(() -> spans(0, at(0, 3), at(0, 3)), "number 3 of shard 0 after 3");
    }

    @Test
    void aSliceThatGoesBackInAShardIsRefused() {
        assertRefused(() -> spans(0, at(0, 3), at(1, 1), at(0, 2)), "number 2 of shard 0 after 3");
    }

    @Test
    void aDocumentThatTwoSlicesReturnIsRefused() {
        assertRefused(
                () -> SliceSpans.distinct(List.of(spans(0, at(5, 0), at(5, 7)), spans(1, at(5, 7), at(5, 9)))),
                "slices [0, 1] overlap",
                "number 7 of shard 5");
    }

    @Test
    void aSliceInsideAnotherIsRefused() {
        assertRefused(
                () -> SliceSpans.distinct(
                        List.of(spans(0, at(0, 1), at(0, 9)), spans(1, at(0, 20)), spans(2, at(0, 4), at(0, 5)))),
                "slices [0, 2] overlap");
    }

    /**
     * Documents are dropped, duplicated or moved between slices: the spans must refuse every duplicate, and may refuse
     * when there is none.
     */
    @Test
    void slicesThatPassHaveNoDuplicateDocument() {
        int passed = 0;
        for (int seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            List<List<Long>> slices = new ArrayList<>();
            for (int slice = 0; slice < 4; slice++) {
                List<Long> places = new ArrayList<>();
                for (int number = 0; number < 6; number++) {
                    places.add(at(slice % 2, (slice / 2) * 6 + number));
                }
                slices.add(places);
            }
            for (int fault = random.nextInt(3); fault > 0; fault--) {
                List<Long> from = slices.get(random.nextInt(4));
                List<Long> to = slices.get(random.nextInt(4));
                if (!from.isEmpty()) {
                    Long place = random.nextBoolean() ? from.get(0) : from.remove(random.nextInt(from.size()));
                    to.add(random.nextInt(to.size() + 1), place);
                    if (random.nextBoolean()) {
                        Collections.sort(to);
                    }
                }
            }
            if (passes(slices)) {
                passed++;
                BitSet seen = new BitSet();
                slices.stream().flatMap(List::stream).forEach(place -> {
                    int bit = Document.shardOf(place) * 100 + Document.numberOf(place);
                    assertThat(seen.get(bit)).as("a duplicate document").isFalse();
                    seen.set(bit);
                });
            }
        }
        assertThat(passed).isBetween(500, 2_500);
    }

    @Test
    void heapIsBoundedByShardsAndSlicesWhateverTheNumberOfDocuments() {
        assertThat(HeapRoom.proofBytes(4, 1, 10_000_000_000L)).isEqualTo(4 * 32);
        assertThat(HeapRoom.proofBytes(1_024, 1_000, 10_000_000_000L)).isEqualTo(1_024 * 1_000 * 32);
        assertThat(HeapRoom.proofBytes(1_024, 1_000, 10)).isEqualTo(10 * 32);
    }

    @Test
    void aProofThatNeedsMoreThanAQuarterOfTheHeapIsRefusedBeforeReading() {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> HeapRoom.requireProof(HeapRoom.proofBytes(1_024, 10_000, 1L << 40), 256L << 20))
                .withMessageContaining("up to 313 MiB of heap, but this JVM has 256 MiB")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.CONFIG));
    }

    private static boolean passes(List<List<Long>> slices) {
        try {
            List<SliceSpans> all = new ArrayList<>();
            for (List<Long> places : slices) {
                all.add(spans(all.size(), places.toArray(new Long[0])));
            }
            SliceSpans.distinct(all);
            return true;
        } catch (SpillwayException refused) {
            return false;
        }
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable what, String... words) {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(what)
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.INTEGRITY))
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    private static SliceSpans spans(int slice, Long... places) throws SpillwayException {
        SliceSpans spans = new SliceSpans(slice);
        byte[] bytes = "\"i\"{}".getBytes(UTF_8);
        for (long place : places) {
            spans.add(new Document(bytes, new Range(3, 5), 0, new Range(0, 3), new Range(0, 3), Range.NONE, place));
        }
        spans.end();
        return spans;
    }

    private static long at(int shard, int number) {
        return ((long) shard << 32) | number;
    }
}
