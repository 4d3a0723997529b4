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
 * Parts of dumps that never came to be, in a place that takes parts before there is a dump. The run that has sent them
 * should be dead, as the caller holds the dataset's lock; where two machines have no lock in common it may not be, so the
 * manifest is looked for before each part and after the last. A dump that appears meanwhile is taken back: better none
 * than one that lacks parts.
 */
final class Orphans {
    private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

    private final Destination home;
    private final String dataset;

    /** @param home knows the dumps that only have to be sent yet */
    Orphans(Destination home, String dataset) {
        this.home = home;
        this.dataset = dataset;
    }

    /** At one destination; where that fails, the log says so. */
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
            LOG.warn("left-overs stay for now destination={} cause=\"{}\"", other.name(), e.getMessage());
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
            LOG.warn("taken back, as parts of it were taken for left-overs dump={} destination={}", dump, other.name());
        } else {
            LOG.info("parts of a dead run removed dump={} destination={} count={}", dump, other.name(), removed);
        }
    }
}
