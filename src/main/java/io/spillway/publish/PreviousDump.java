package io.spillway.publish;

import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Withdrawal;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dump that readers have now: the newest one below a dataset whose manifest reads and that nobody has taken back. The manifests at the destination
 * are the only memory, so that no state of ours can differ from what is public. Thread-safe as its destination is.
 */
final class PreviousDump {
    private static final Logger LOG = LoggerFactory.getLogger(PreviousDump.class);

    private final Destination destination;

    /** Looks at one destination, which stays the caller's to close. */
    PreviousDump(Destination destination) {
        this.destination = destination;
    }

    /**
     * Its manifest, or empty where the dataset has no dump. Costs one listing, and one object read; a manifest that
     * cannot be one is said in the log and passed over, at the price of reading the next older one.
     *
     * @throws SpillwayException the destination does not answer: nobody knows then what the new dump should be compared
     *                           with
     */
    Optional<Manifest> of(String dataset) throws SpillwayException {
        for (DumpId dump : newestFirst(dataset)) {
            Optional<Manifest> manifest = read(dump);
            if (manifest.isPresent()) {
                return manifest;
            }
        }
        return Optional.empty();
    }

    private List<DumpId> newestFirst(String dataset) throws SpillwayException {
        String before = dataset + "/";
        String behind = "/" + Manifest.FILE_NAME;
        Set<String> keys = destination.list(before).stream()
                .map(StoredObject::key)
                .map(ObjectKey::value)
                .collect(Collectors.toSet());
        return keys.stream()
                .filter(key -> key.endsWith(behind) && key.length() > before.length() + behind.length())
                .map(key -> DumpId.of(dataset, key.substring(before.length(), key.length() - behind.length())))
                .flatMap(Optional::stream)
                .filter(dump -> !keys.contains(dump + "/" + Withdrawal.FILE_NAME))
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    private Optional<Manifest> read(DumpId dump) throws SpillwayException {
        ObjectKey key = Publisher.key(dump).child(Manifest.FILE_NAME);
        String where = destination.name() + "/" + key;
        try (InputStream in = destination.open(key)) {
            Manifest manifest = ManifestJson.read(in, where);
            if (manifest.dump().equals(dump.toString())) {
                return Optional.of(manifest);
            }
            LOG.warn("passed over, it is the manifest of another dump manifest={} dump={}", where, manifest.dump());
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, where + " cannot be read: " + e.getMessage(), "try again", e);
        } catch (SpillwayException e) {
            if (e.fault() != Fault.INTEGRITY && e.fault() != Fault.DESTINATION_REFUSED) {
                throw e;
            }
            LOG.warn("passed over, spillway verify says more manifest={} cause=\"{}\"", where, e.getMessage());
        }
        return Optional.empty();
    }
}
