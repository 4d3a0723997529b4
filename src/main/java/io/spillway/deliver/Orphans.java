package io.spillway.deliver;

import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes parts of dumps that were never published, at destinations that accept parts before the dump is complete. The
 * caller holds the dataset's lock, so the run that sent them has usually ended. Machines without a common lock are an
 * exception, so the manifest is looked up before each part and after the last. If a dump appears meanwhile, it is
 * unpublished: no dump is better than one that lacks parts.
 */
final class Orphans {
    private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

    private final Destination home;
    private final String dataset;

    /** @param home has the dumps that still have to be sent */
    Orphans(Destination home, String dataset) {
        this.home = home;
        this.dataset = dataset;
    }

    /** Removes orphans at one destination; a failure is only logged. */
    void removeFrom(Destination other) {
        try {
            Map<DumpId, List<ObjectKey>> found = new TreeMap<>();
            for (StoredObject object : other.list(dataset + "/")) {
                String[] segments = object.key().value().split("/", -1);
                if (segments.length == 3) {
                    DumpId.of(dataset, segments[1])
                            .ifPresent(dump -> found.computeIfAbsent(dump, id -> new ArrayList<>())
                                    .add(object.key()));
                }
            }
            for (Map.Entry<DumpId, List<ObjectKey>> dump : found.entrySet()) {
                String stem = dump.getKey().fileStem() + ".";
                boolean partsAlone =
                        dump.getValue().stream().allMatch(key -> key.name().startsWith(stem));
                if (partsAlone
                        && home.find(ObjectKey.of(dump.getKey()).child(Manifest.FILE_NAME))
                                .isEmpty()) {
                    removeParts(dump.getKey(), dump.getValue(), other);
                }
            }
        } catch (SpillwayException e) {
            LOG.warn("cannot remove orphaned parts destination={} cause=\"{}\"", other.name(), e.getMessage());
        }
    }

    private static void removeParts(DumpId dump, List<ObjectKey> parts, Destination other) throws SpillwayException {
        ObjectKey manifest = ObjectKey.of(dump).child(Manifest.FILE_NAME);
        int removed = 0;
        for (ObjectKey part : parts) {
            if (other.find(manifest).isPresent()) {
                break;
            }
            other.delete(part);
            removed++;
        }
        if (removed > 0 && other.find(manifest).isPresent()) {
            other.delete(manifest);
            LOG.warn("dump unpublished: its parts were removed as orphans dump={} destination={}", dump, other.name());
        } else {
            LOG.info("orphaned parts removed dump={} destination={} count={}", dump, other.name(), removed);
        }
    }
}
