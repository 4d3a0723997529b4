package io.spillway.pipeline;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import java.util.List;

/**
 * Whether a dump is going to fit on the disk, asked before anything is read. The dump before says how large a document
 * becomes, far better than a sample would, and without a request; before the first dump {@code plan} is who estimates.
 */
public final class DiskRoom {
    /**
     * Above what the dump before says: documents grow a little, the files beside the parts and the rounding to blocks
     * take some. More would refuse runs that fit.
     */
    private static final double MARGIN = 1.05;

    private DiskRoom() {}

    /**
     * Refuses a dump that will most likely be larger than the room that is left. Says nothing where the formats or
     * compressions are others than in the dump before, or that had no documents.
     *
     * @param usable    bytes that can still be written
     * @param previous  the dump before
     * @param documents in the new one
     * @throws SpillwayException as {@link Fault#DESTINATION_UNAVAILABLE}, with the figures
     */
    public static void require(long usable, Manifest previous, long documents, List<PartFormat> formats)
            throws SpillwayException {
        if (previous.documents() == 0 || !written(formats).equals(written(previous))) {
            return;
        }
        long needed = needed(previous.bytes(), previous.documents(), documents);
        if (needed > usable) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "%d documents need about %d bytes of disk, as dump %s had %d of %d bytes, and %d are free"
                            .formatted(
                                    documents, needed, previous.dump(), previous.documents(), previous.bytes(), usable),
                    "free some space where dumps are written, such as that of dumps which nobody needs any more");
        }
    }

    /**
     * Bytes of disk that a dump will most likely need.
     *
     * @param bytes  of the dump before
     * @param before documents in that
     * @param now    documents in the new one
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
