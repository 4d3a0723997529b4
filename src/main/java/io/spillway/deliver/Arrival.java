package io.spillway.deliver;

import io.spillway.destination.Destination;
import io.spillway.destination.Digests;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Whether a dump is at another destination: this one, by the bytes of its manifest, and whole. For any thread. */
final class Arrival {
    private Arrival() {}

    /**
     * Whether the destination has the dump.
     *
     * @param key what the dump's files have in common
     * @return false where it has no manifest
     * @throws SpillwayException as {@link Fault#DESTINATION_REFUSED}: it has another dump of the same name, which another
     *                           machine made in the same second
     */
    static boolean has(Manifest manifest, ObjectKey key, Destination other) throws SpillwayException {
        ObjectKey file = key.child(Manifest.FILE_NAME);
        Optional<StoredObject> there = other.find(file);
        if (there.isEmpty()) {
            return false;
        }
        if (!other.traits().keepsSiteFiles()) {
            return true; // an archive proves by itself what it has
        }
        if (!isSame(manifest, file, other)) {
            throw nameTaken(manifest, other);
        }
        return true;
    }

    /** The failure of a dump whose name belongs to another dump at the destination. */
    static SpillwayException nameTaken(Manifest manifest, Destination other) {
        return new SpillwayException(
                Fault.DESTINATION_REFUSED,
                "%s has another dump called %s, which another run made in the same second; this one is not there"
                        .formatted(other.name(), manifest.dump()),
                "let only one machine publish %s there, and export again".formatted(manifest.dataset()));
    }

    /** Whether two manifests describe the same files: their other bytes may come from different versions. */
    static boolean isSame(Manifest one, Manifest other) {
        return one.parts().equals(other.parts()) && one.files().equals(other.files());
    }

    /** A manifest of other bytes may have been written by another version: what it says counts. */
    private static boolean isSame(Manifest manifest, ObjectKey file, Destination other) throws SpillwayException {
        byte[] bytes;
        try (InputStream in = other.open(file)) {
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "%s/%s cannot be read: %s".formatted(other.name(), file, e.getMessage()),
                    "try again",
                    e);
        }
        if (Digests.sha256(bytes).equals(Digests.sha256(ManifestJson.write(manifest)))) {
            return true;
        }
        try {
            Manifest there = ManifestJson.read(new ByteArrayInputStream(bytes), other.name() + "/" + file);
            return isSame(manifest, there);
        } catch (SpillwayException e) {
            if (e.fault() != Fault.INTEGRITY) {
                throw e;
            }
            return false;
        }
    }

    /**
     * The names of files that a destination lacks, or has with another length. A listing may be late: what it lacks is
     * asked for by name.
     */
    static List<String> missing(Manifest manifest, ObjectKey key, Destination other) throws SpillwayException {
        Map<String, Long> expected = new TreeMap<>();
        manifest.parts().forEach(part -> expected.put(part.name(), part.bytes()));
        manifest.files().forEach(file -> expected.put(file.name(), file.bytes()));
        for (StoredObject object : other.list(key + "/")) {
            expected.remove(object.key().name(), object.bytes());
        }
        List<String> missing = new ArrayList<>();
        for (Map.Entry<String, Long> file : expected.entrySet()) {
            Optional<StoredObject> there = other.find(key.child(file.getKey()));
            if (there.isEmpty() || there.get().bytes() != file.getValue()) {
                missing.add(file.getKey());
            }
        }
        return missing;
    }
}
