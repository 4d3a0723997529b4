package io.spillway.publish;

import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.Upload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.files.FullDisk;
import io.spillway.manifest.Manifest;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a small file that says that a dump goes, also where the disk is full. For any thread. */
final class Mark {
    private static final Logger LOG = LoggerFactory.getLogger(Mark.class);

    private Mark() {}

    /**
     * Writes the file beside the dump that it is about. On a full disk the dump's manifest is deleted first: the dump is to
     * go in any case, and the manifest's room is enough for the mark, which is shorter. A run that dies in between leaves
     * files without a manifest, which no reader takes for a dump.
     *
     * @param dump what the dump's files have in common
     */
    static void write(Destination destination, ObjectKey dump, String name, byte[] bytes) throws SpillwayException {
        try {
            write(destination, dump.child(name), bytes);
        } catch (SpillwayException e) {
            if (!FullDisk.isReasonOf(e)) {
                throw e;
            }
            LOG.warn(
                    "the disk is full, the manifest goes before the mark is written dump={} destination={}",
                    dump,
                    destination.name());
            destination.delete(dump.child(Manifest.FILE_NAME));
            write(destination, dump.child(name), bytes);
        }
    }

    private static void write(Destination destination, ObjectKey key, byte[] bytes) throws SpillwayException {
        try (Upload upload = destination.begin(key)) {
            upload.body().write(bytes);
            upload.commit();
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot write %s/%s: %s".formatted(destination.name(), key, e.getMessage()),
                    "try again",
                    e);
        }
    }
}
