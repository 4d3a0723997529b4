package io.spillway.pipeline;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.Document;
import java.util.Arrays;
import java.util.List;

/**
 * Records which documents one slice has returned, in just enough memory to prove that no document was returned twice:
 * the first and the last document number of each shard, since the numbers within a shard must increase from document to
 * document. Two slices have no document in common if none of their ranges within a shard overlap. Elasticsearch splits
 * every shard of a point in time into such ranges; interleaved slices are refused.
 *
 * <p>After the slice has ended, it can be written as JSON and read again. Used by the lane's thread until the slice ends, then
 * by the run.
 */
public final class SliceSpans {
    /** Heap per shard of a slice: two longs, and a sorted copy of both for the comparison of all slices. */
    static final int BYTES_A_SPAN = 4 * Long.BYTES;

    private static final int NONE = -1;

    @JsonProperty
    private final int slice;

    private int[] firsts = {};
    private int[] lasts = {};

    @JsonProperty
    private long[] starts = {};

    @JsonProperty
    private long[] ends = {};

    @JsonProperty
    private long documents;

    /** Empty spans. */
    @JsonCreator
    SliceSpans(@JsonProperty("slice") int slice) {
        this.slice = slice;
    }

    /**
     * Records the next document of the slice.
     *
     * @throws SpillwayException {@link Fault#INTEGRITY} if its number is not greater than the previous one in its shard
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

    /** Ends the slice: keeps only the shards with documents. */
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
     * The number of documents in all slices, all different.
     *
     * @param slices after {@link #end()}
     * @throws SpillwayException {@link Fault#INTEGRITY} if two slices overlap
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
        // If ranges do not overlap, each ends before the next begins, even when starts and ends are sorted separately.
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
                "slices %s overlap: the ranges of each of them include number %d of shard %d"
                        .formatted(numbers, Document.numberOf(place), Document.shardOf(place)),
                "nothing was published; a server or a proxy has mixed up the responses to several requests: run the export again,"
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
