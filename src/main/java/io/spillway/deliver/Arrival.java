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

/** Checks whether another destination has a dump: the same manifest and all files. Stateless, thread-safe. */
final class Arrival {
    private Arrival() {}

    /**
     * Returns whether the destination has the dump.
     *
     * @param key the key prefix of the dump's files
     * @return false if it has no manifest
     * @throws SpillwayException {@link Fault#DESTINATION_REFUSED} if it has a different dump with the same name, which
     *     another machine made in the same second
     */
    static boolean has(Manifest manifest, ObjectKey key, Destination other) throws SpillwayException {
        ObjectKey file = key.child(Manifest.FILE_NAME);
        Optional<StoredObject> there = other.find(file);
        if (there.isEmpty()) {
            return false;
        }
        if (!other.traits().keepsSiteFiles()) {
            return true; // an archive verifies its own content
        }
        if (!isSame(manifest, file, other)) {
            throw nameTaken(manifest, other);
        }
        return true;
    }

    /** The error for a dump whose name is taken by a different dump at the destination. */
    static SpillwayException nameTaken(Manifest manifest, Destination other) {
        return new SpillwayException(
                Fault.DESTINATION_REFUSED,
                "%s already has a different dump %s, made by another run in the same second; this one was not sent"
                        .formatted(other.name(), manifest.dump()),
                "allow only one machine to publish %s there, and export again".formatted(manifest.dataset()));
    }

    /** Whether two manifests describe the same files. Their other bytes may differ between versions of Spillway. */
    static boolean isSame(Manifest one, Manifest other) {
        return one.parts().equals(other.parts()) && one.files().equals(other.files());
    }

    /** Compares the parsed manifests if the bytes differ: another version may have written one of them. */
    private static boolean isSame(Manifest manifest, ObjectKey file, Destination other) throws SpillwayException {
        byte[] bytes;
        try (InputStream in = other.open(file)) {
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot read %s/%s: %s".formatted(other.name(), file, e.getMessage()),
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
     * Names the files that a destination lacks or has with a different length. Listings can lag, so each file missing
     * from the listing is looked up by name.
     */
    static List<String> missing(Manifest manifest, ObjectKey key, Destination other) throws SpillwayException {
        Map<String, Long> expected = new TreeMap<>();
        manifest.parts().forEach(part -> expected.put(part.name(), part.bytes()));
        manifest.neededFiles().forEach(file -> expected.put(file.name(), file.bytes()));
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
