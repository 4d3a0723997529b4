package io.spillway.changes;

import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;

/** A set of documents of a dump by their places: one bit for each. Not thread-safe while it is filled. */
final class Places {
    private static final int SLICE_SHIFT = 40;
    private static final long ORDINALS = (1L << SLICE_SHIFT) - 1;
    /** A BitSet has int indices; a slice of more documents has several. */
    private static final int CHUNK_SHIFT = 30;

    private final Map<Long, BitSet> chunks = new TreeMap<>();
    private long size;

    /**
     * The place of a document.
     *
     * @param slice   index of its slice, 0 to 2^23 - 1
     * @param ordinal number of the document within its slice, in the order of its lines, 0 to 2^40 - 1
     */
    static long of(long slice, long ordinal) {
        return (slice << SLICE_SHIFT) | (ordinal & ORDINALS);
    }

    /** Heap in bytes for a set of all documents: a bit set grows by copies of up to twice its length. */
    static long mostBytes(long documents) {
        return documents / Byte.SIZE * 3;
    }

    void add(long place) {
        chunks.computeIfAbsent(place >>> CHUNK_SHIFT, key -> new BitSet())
                .set((int) (place & ((1 << CHUNK_SHIFT) - 1)));
        size++;
    }

    boolean has(long place) {
        BitSet chunk = chunks.get(place >>> CHUNK_SHIFT);
        return chunk != null && chunk.get((int) (place & ((1 << CHUNK_SHIFT) - 1)));
    }

    /** Whether any of the next documents is in the set. */
    boolean hasAny(long from, long documents) {
        for (long place = from; place < from + documents; place = ((place >>> CHUNK_SHIFT) + 1) << CHUNK_SHIFT) {
            BitSet chunk = chunks.get(place >>> CHUNK_SHIFT);
            long base = place >>> CHUNK_SHIFT << CHUNK_SHIFT;
            int next = chunk == null ? -1 : chunk.nextSetBit((int) (place - base));
            if (next >= 0 && base + next < from + documents) {
                return true;
            }
        }
        return false;
    }

    long size() {
        return size;
    }
}
