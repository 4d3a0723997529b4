package io.spillway.pipeline;

import io.spillway.compress.Compression;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Whether the parts that are open at the same time fit into the heap, asked before anything is read. */
public final class HeapRoom {
    private static final long MIB = 1 << 20;
    /** The program itself with its clients and threads; 20 MiB were seen. */
    private static final long PROGRAM = 32 * MIB;
    /** Two answers of a lane, of the usual 4 MiB; the source takes shorter pages where the heap is small. */
    private static final long PAGES_A_LANE = 8 * MIB;
    /** The source never fills more than half of the heap; a quarter is what it manages with. */
    private static final int PAGES_SHARE = 4;
    /** The proof may take a quarter of the heap. */
    private static final int PROOF_SHARE = 4;
    /** Buffers of an open part before and behind its compressor, its encoder's included. */
    private static final long BUFFERS_A_PART = 512 << 10;

    private HeapRoom() {}

    /**
     * The most heap that the proof takes that no document came twice, in bytes, however many documents there are: it keeps
     * the first and the last number of each shard in each slice.
     *
     * @param documents a slice keeps nothing for a shard in which it has none
     */
    public static long proofBytes(int slices, int shards, long documents) {
        return Math.min(documents, (long) slices * shards) * SliceSpans.BYTES_A_SPAN;
    }

    /**
     * Refuses what this JVM's heap has no room for beside the program and the pages: formats, whose compressors there is one
     * of for each lane and format, and the proof that no document came twice.
     *
     * @param lanes      slices that are read at the same time
     * @param proofBytes see {@link #proofBytes}, 0 or more
     * @throws SpillwayException as {@link Fault#CONFIG}, with what is needed and what would fit
     */
    public static void require(int lanes, long proofBytes, List<PartFormat> formats) throws SpillwayException {
        long heap = Runtime.getRuntime().maxMemory();
        requireProof(proofBytes, heap);
        require(lanes, formats, heap - proofBytes / MIB * MIB);
    }

    static void requireProof(long proofBytes, long heap) throws SpillwayException {
        if (proofBytes > heap / PROOF_SHARE) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the proof that no document came twice needs up to %d MiB of heap, and this JVM has %d MiB"
                            .formatted(mebibytes(proofBytes), heap / MIB),
                    "read fewer slices with source: {slices: N} (--slices): it takes %d bytes for each shard of each slice"
                            .formatted(SliceSpans.BYTES_A_SPAN));
        }
    }

    static void require(int lanes, List<PartFormat> formats, long heap) throws SpillwayException {
        long lane = formats.stream()
                .mapToLong(format -> BUFFERS_A_PART + format.compression().heapBytes())
                .sum();
        long needed = needed(lanes, lane, heap);
        if (needed <= heap) {
            return;
        }
        int fitting = lanes;
        while (fitting > 0 && needed(fitting, lane, heap) > heap) {
            fitting--;
        }
        throw new SpillwayException(
                Fault.CONFIG,
                "%d %s of %s need %d MiB of heap, and this JVM has %d MiB"
                        .formatted(
                                lanes,
                                lanes == 1 ? "lane" : "lanes",
                                formats.stream().map(HeapRoom::words).collect(Collectors.joining(" and ")),
                                mebibytes(needed),
                                heap / MIB),
                "%schoose a lower level or another compression, or start java with -Xmx%dm"
                        .formatted(
                                fitting == 0 ? "" : "read with politeness: {lanes: %d} (--lanes), ".formatted(fitting),
                                xmx(lanes, lane)));
    }

    private static long needed(int lanes, long lane, long heap) {
        return PROGRAM + Math.min(lanes * PAGES_A_LANE, heap / PAGES_SHARE) + lanes * lane;
    }

    /** A heap that is large enough also where its collector leaves a sixteenth of it out of the count. */
    private static long xmx(int lanes, long lane) {
        return mebibytes((PROGRAM + lanes * (PAGES_A_LANE + lane)) * 16 / 15 + MIB);
    }

    private static long mebibytes(long bytes) {
        return (bytes + MIB - 1) / MIB;
    }

    /** {@code xz level 9}, {@code none}. */
    private static String words(PartFormat format) {
        Compression compression = format.compression();
        String level = compression.codec().maxLevel() == 0 ? "" : " level " + compression.level();
        return String.format(Locale.ROOT, "%s%s", compression.name(), level);
    }
}
