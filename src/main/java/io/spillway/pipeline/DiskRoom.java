package io.spillway.pipeline;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import java.util.List;

/**
 * Estimates before an export whether the dump will fit on the disk. The previous dump gives the size of a document more
 * accurately than a sample would, and without a request; before the first dump, {@code plan} estimates it.
 */
public final class DiskRoom {
    /**
     * Added to the estimate: documents grow a little, and side files and rounding to blocks take some space. A larger
     * margin would refuse runs that fit.
     */
    private static final double MARGIN = 1.05;

    private DiskRoom() {}

    /**
     * Refuses a dump that will probably exceed the free space. Skipped if formats or compressions differ from the
     * previous dump, or if that was empty.
     *
     * @param usable    free bytes
     * @param previous  the previous dump
     * @param documents number of documents in the new one
     * @param changes   bytes that changes will probably need beside the parts, see {@link ChangeRoom#expected}; 0 without changes
     * @throws SpillwayException {@link Fault#DESTINATION_UNAVAILABLE}, with the numbers
     */
    public static void require(long usable, Manifest previous, long documents, List<PartFormat> formats, long changes)
            throws SpillwayException {
        if (previous.documents() == 0 || !written(formats).equals(written(previous))) {
            return;
        }
        long needed = needed(previous.bytes(), previous.documents(), documents) + changes;
        if (needed > usable) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "%d documents need about %d bytes on disk%s (dump %s: %d documents, %d bytes), but %d are free"
                            .formatted(
                                    documents,
                                    needed,
                                    changes == 0 ? "" : ", %d of them for changes".formatted(changes),
                                    previous.dump(),
                                    previous.documents(),
                                    previous.bytes(),
                                    usable),
                    "free some space where dumps are written, for example by pruning old dumps");
        }
    }

    /** Files of a lane and a format at once: one is being written, and one is read back and sent. */
    static final int PARTS_AT_ONCE = 2;

    /**
     * The same for a dump whose parts leave the disk as soon as they are complete: it holds two parts for each lane and format.
     *
     * @param limits of each part
     * @param lanes  number of slices that are read at the same time
     */
    public static void requireForParts(
            long usable, Manifest previous, long documents, List<PartFormat> formats, PartLimits limits, int lanes)
            throws SpillwayException {
        if (previous.documents() == 0 || !written(formats).equals(written(previous))) {
            return;
        }
        long needed = Math.min(
                forParts(limits.bytes(), formats.size(), lanes),
                needed(previous.bytes(), previous.documents(), documents));
        if (needed > usable) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "%d lanes need about %d bytes on disk for the parts that are being written and sent, but %d are free"
                            .formatted(lanes, needed, usable),
                    "free some space in the state folder, or set smaller parts or fewer lanes");
        }
    }

    /** The most that the parts of a dump take on disk, in bytes, if each leaves it as soon as it is complete. */
    public static long forParts(long partBytes, int formats, int lanes) {
        return (long) lanes
                * formats
                * PARTS_AT_ONCE
                * Math.min(partBytes, Long.MAX_VALUE / lanes / formats / PARTS_AT_ONCE);
    }

    /**
     * Estimated size of a dump on disk, in bytes.
     *
     * @param bytes  size of the previous dump
     * @param before its number of documents
     * @param now    number of documents in the new one
     */
    public static long needed(long bytes, long before, long now) {
        return before == 0 ? 0 : Math.round(MARGIN * bytes / before * now);
    }

    private static List<String> written(List<PartFormat> formats) {
        return formats.stream()
                .map(format -> format.encoder().get().format() + " "
                        + format.compression().name())
                .sorted()
                .toList();
    }

    private static List<String> written(Manifest manifest) {
        return manifest.formats().stream()
                .map(format -> format.name() + " " + format.compression())
                .sorted()
                .toList();
    }
}
