package io.spillway.pipeline;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.Document;
import java.util.Arrays;
import java.util.List;

/**
 * Which documents one slice has returned, in as little memory as proves that none came twice: for each shard the first and
 * the last document number, since the numbers of a shard have to rise from document to document. Two slices have no document
 * in common if no stretch of a shard that one of them covers overlaps a stretch of the other. Elasticsearch cuts every shard
 * of a point in time into such stretches; slices that interleave are refused.
 *
 * <p>Belongs to the lane's thread until the slice is at its end, then to the run.
 */
final class SliceSpans {
    /** Heap that one shard of one slice takes: two longs, of which the comparison of all slices sorts a copy. */
    static final int BYTES_A_SPAN = 4 * Long.BYTES;

    private static final int NONE = -1;

    private final int slice;
    private int[] firsts = {};
    private int[] lasts = {};
    private long[] starts = {};
    private long[] ends = {};
    private long documents;

    /** Spans without a document. */
    SliceSpans(int slice) {
        this.slice = slice;
    }

    /**
     * Records the next document of the slice.
     *
     * @throws SpillwayException as {@link Fault#INTEGRITY}: it is not behind the one before it in its shard
     */
    void add(Document document) throws SpillwayException {
        documents++;
        long place = document.place();
        if (place == Document.NO_PLACE) {
            return;
        }
        int shard = Document.shardOf(place);
        int number = Document.numberOf(place);
        if (shard >= lasts.length) {
            grow(shard);
        }
        if (number <= lasts[shard]) {
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    "slice %d returned document %s in index %s twice or out of order: number %d of shard %d after %d"
                            .formatted(slice, document.idAsJson(), document.indexAsJson(), number, shard, lasts[shard]),
                    "nothing was published; run the export again, and report this if it happens again");
        }
        if (firsts[shard] == NONE) {
            firsts[shard] = number;
        }
        lasts[shard] = number;
    }

    /** Ends the slice: keeps the shards that it has touched. */
    void end() {
        int touched = (int) Arrays.stream(firsts).filter(first -> first != NONE).count();
        starts = new long[touched];
        ends = new long[touched];
        int at = 0;
        for (int shard = 0; shard < firsts.length; shard++) {
            if (firsts[shard] != NONE) {
                starts[at] = place(shard, firsts[shard]);
                ends[at++] = place(shard, lasts[shard]);
            }
        }
        firsts = new int[0];
        lasts = new int[0];
    }

    /**
     * How many documents the slices have returned, no two of them the same.
     *
     * @param slices at their ends
     * @throws SpillwayException as {@link Fault#INTEGRITY}: two slices overlap
     */
    static long distinct(List<SliceSpans> slices) throws SpillwayException {
        long[] starts = slices.stream()
                .flatMapToLong(spans -> Arrays.stream(spans.starts))
                .sorted()
                .toArray();
        long[] ends = slices.stream()
                .flatMapToLong(spans -> Arrays.stream(spans.ends))
                .sorted()
                .toArray();
        // Of stretches that do not overlap, each ends before the next one begins, also where both are sorted apart.
        for (int i = 1; i < starts.length; i++) {
            if (starts[i] <= ends[i - 1]) {
                throw overlap(slices, starts[i]);
            }
        }
        return slices.stream().mapToLong(spans -> spans.documents).sum();
    }

    private static SpillwayException overlap(List<SliceSpans> slices, long place) {
        List<Integer> numbers = slices.stream()
                .filter(spans -> spans.covers(place))
                .map(spans -> spans.slice)
                .toList();
        return new SpillwayException(
                Fault.INTEGRITY,
                "slices %s overlap: each of them returned documents on both sides of number %d of shard %d, or that one"
                        .formatted(numbers, Document.numberOf(place), Document.shardOf(place)),
                "nothing was published; a server or a proxy has mixed the answers to several requests: run the export again,"
                        + " and report this if it happens again");
    }

    private boolean covers(long place) {
        for (int i = 0; i < starts.length; i++) {
            if (starts[i] <= place && place <= ends[i]) {
                return true;
            }
        }
        return false;
    }

    private void grow(int shard) {
        int before = lasts.length;
        int after = Math.max(shard + 1, before * 2);
        firsts = Arrays.copyOf(firsts, after);
        lasts = Arrays.copyOf(lasts, after);
        Arrays.fill(firsts, before, after, NONE);
        Arrays.fill(lasts, before, after, NONE);
    }

    private static long place(int shard, int number) {
        return ((long) shard << 32) | number;
    }
}
