package io.spillway.pipeline;

import io.spillway.changes.ChangeMaker;
import io.spillway.compress.Compression;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.Snapshot;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Checks before an export whether the parts that are written in parallel fit into the heap. */
public final class HeapRoom {
    private static final long MIB = 1 << 20;
    /** The program with its clients and threads; measured 20 MiB. */
    private static final long PROGRAM = 32 * MIB;
    /** Two responses per lane, usually of 4 MiB; the source uses shorter pages if the heap is small. */
    private static final long PAGES_A_LANE = 8 * MIB;
    /** The source uses at most half of the heap and can work with a quarter. */
    private static final int PAGES_SHARE = 4;
    /** The uniqueness proof may use a quarter of the heap. */
    private static final int PROOF_SHARE = 4;
    /** Buffers of an open part before and after its compressor, including its encoder's. */
    private static final long BUFFERS_A_PART = 512 << 10;

    private HeapRoom() {}

    /**
     * The maximum heap in bytes for the proof that no document was read twice: it keeps the first and the last number
     * of each shard in each slice, independent of the number of documents.
     *
     * @param documents a slice keeps nothing for a shard without documents
     */
    public static long proofBytes(int slices, int shards, long documents) {
        return Math.min(documents, (long) slices * shards) * SliceSpans.BYTES_A_SPAN;
    }

    /** The same for a snapshot. */
    public static long proofBytes(Snapshot snapshot) {
        return proofBytes(snapshot.slices().size(), snapshot.description().shards(), snapshot.documents());
    }

    /**
     * Refuses an export whose slices run elsewhere if its proof exceeds the heap of this JVM.
     *
     * @throws SpillwayException {@link Fault#CONFIG}, with the required heap
     */
    public static void requireProof(Snapshot snapshot) throws SpillwayException {
        requireProof(proofBytes(snapshot), Runtime.getRuntime().maxMemory());
    }

    /**
     * Refuses an export that exceeds the heap of this JVM, in addition to the program and the pages: formats need one
     * compressor per lane, and the uniqueness proof needs its spans.
     *
     * @param lanes      slices read in parallel
     * @param proofBytes see {@link #proofBytes}, 0 or more
     * @param compared   number of documents that are compared with the dump before; empty without changes
     * @throws SpillwayException {@link Fault#CONFIG}, with the required heap and what would fit
     */
    public static void require(int lanes, long proofBytes, List<PartFormat> formats, OptionalLong compared)
            throws SpillwayException {
        long heap = Runtime.getRuntime().maxMemory();
        requireProof(proofBytes, heap);
        if (compared.isPresent()) {
            requireComparison(compared.getAsLong(), heap);
        }
        require(lanes, formats, heap - proofBytes / MIB * MIB, compared.isPresent());
    }

    /**
     * Refuses formats of slices whose compressors exceed the heap of this JVM. The export is proved elsewhere.
     *
     * @param lanes slices read in parallel
     * @throws SpillwayException {@link Fault#CONFIG}, with the required heap and what would fit
     */
    public static void require(int lanes, List<PartFormat> formats) throws SpillwayException {
        require(lanes, formats, Runtime.getRuntime().maxMemory(), false);
    }

    /** Documents are compared after the parts are written. */
    static void requireComparison(long documents, long heap) throws SpillwayException {
        long needed = PROGRAM + ChangeMaker.comparingBytes(documents);
        if (needed > heap) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "changes of %d documents need up to %d MiB of heap, but this JVM has %d MiB"
                            .formatted(documents, mebibytes(needed), heap / MIB),
                    "start java with -Xmx%dm, or remove changes".formatted(mebibytes(needed * 16 / 15 + MIB)));
        }
    }

    static void requireProof(long proofBytes, long heap) throws SpillwayException {
        if (proofBytes > heap / PROOF_SHARE) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the proof that no document was read twice needs up to %d MiB of heap, but this JVM has %d MiB"
                            .formatted(mebibytes(proofBytes), heap / MIB),
                    "use fewer slices with source: {slices: N} (--slices): each shard of each slice takes %d bytes"
                            .formatted(SliceSpans.BYTES_A_SPAN));
        }
    }

    static void require(int lanes, List<PartFormat> formats, long heap, boolean changes) throws SpillwayException {
        long lane = formats.stream()
                .mapToLong(format -> BUFFERS_A_PART + format.heapBytes())
                .sum();
        long needed = needed(lanes, lane, heap, changes);
        if (needed <= heap) {
            return;
        }
        int fitting = lanes;
        while (fitting > 0 && needed(fitting, lane, heap, changes) > heap) {
            fitting--;
        }
        throw new SpillwayException(
                Fault.CONFIG,
                "%d %s of %s%s need %d MiB of heap, but this JVM has %d MiB"
                        .formatted(
                                lanes,
                                lanes == 1 ? "lane" : "lanes",
                                formats.stream().map(HeapRoom::words).collect(Collectors.joining(" and ")),
                                changes ? ", and changes," : "",
                                mebibytes(needed),
                                heap / MIB),
                "%schoose a lower level or another compression, or start java with -Xmx%dm"
                        .formatted(
                                fitting == 0 ? "" : "use politeness: {lanes: %d} (--lanes), ".formatted(fitting),
                                xmx(lanes, lane, changes)));
    }

    private static long needed(int lanes, long lane, long heap, boolean changes) {
        return PROGRAM
                + Math.min(lanes * PAGES_A_LANE, heap / PAGES_SHARE)
                + lanes * lane
                + (changes && lanes > 0 ? ChangeMaker.recordingBytes(lanes, heap) : 0);
    }

    /** Large enough even if the collector excludes a sixteenth of the heap. */
    private static long xmx(int lanes, long lane, boolean changes) {
        long recording = changes ? ChangeMaker.recordingBytes(lanes, Long.MAX_VALUE) : 0;
        return mebibytes((PROGRAM + lanes * (PAGES_A_LANE + lane) + recording) * 16 / 15 + MIB);
    }

    private static long mebibytes(long bytes) {
        return (bytes + MIB - 1) / MIB;
    }

    /** {@code xz level 9}, {@code none}; the format if the heap is its own. */
    private static String words(PartFormat format) {
        Compression compression = format.compression();
        if (format.heapBytes() > compression.heapBytes()) {
            return format.encoder().get().format();
        }
        String level = compression.codec().maxLevel() == 0 ? "" : " level " + compression.level();
        return String.format(Locale.ROOT, "%s%s", compression.name(), level);
    }
}
