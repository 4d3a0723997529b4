package io.spillway.verify;

import io.spillway.destination.Destination;
import io.spillway.destination.Digests;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import io.spillway.manifest.Sha256Sums;
import io.spillway.manifest.SideFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads a whole dump back and compares everything with its manifest: every part, every other file, the checksum file,
 * and that nothing else lies there. Finds all differences, not only the first.
 */
public final class DumpCheck {
    private final Destination destination;

    /** Checks dumps at a destination, which stays the caller's to close. */
    public DumpCheck(Destination destination) {
        this.destination = destination;
    }

    /**
     * Checks the dump under {@code prefix}.
     *
     * @param checked is told each file's name once it was found whole
     * @return the manifest, which everything agrees with
     * @throws SpillwayException as {@link Fault#INTEGRITY}, one line for each file that differs
     */
    public Manifest check(ObjectKey prefix, Consumer<String> checked) throws SpillwayException, InterruptedException {
        Manifest manifest = manifest(prefix);
        List<String> differences = new ArrayList<>();
        if (!manifest.dump().equals(prefix.value())) {
            differences.add(Manifest.FILE_NAME + " is that of " + manifest.dump() + ", not of " + prefix);
        }
        for (Part part : manifest.parts()) {
            note(differences, part.name(), checked, () -> {
                InputStream in = destination.open(prefix.child(part.name()));
                PartCheck.check(in, part, part.name());
            });
        }
        SortedMap<String, String> hashes = new TreeMap<>();
        manifest.parts().forEach(part -> hashes.put(part.name(), part.sha256()));
        for (SideFile file : manifest.files()) {
            if (!file.name().equals(Sha256Sums.FILE_NAME)) {
                hashes.put(file.name(), file.sha256());
            }
            note(differences, file.name(), checked, () -> checkSideFile(prefix, file));
        }
        note(differences, Sha256Sums.FILE_NAME, name -> {}, () -> checkSums(prefix, hashes));
        note(differences, Manifest.FILE_NAME, name -> {}, () -> checkNothingElse(prefix, manifest));
        if (!differences.isEmpty()) {
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    "dump " + manifest.dump() + " differs from its manifest: " + String.join("; ", differences),
                    "do not use these files; fetch them again, or publish a new dump");
        }
        return manifest;
    }

    private Manifest manifest(ObjectKey prefix) throws SpillwayException {
        ObjectKey key = prefix.child(Manifest.FILE_NAME);
        if (destination.find(key).isEmpty()) {
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    "there is no " + Manifest.FILE_NAME + " in " + destination.name() + "/" + prefix,
                    "a dump without one does not exist: name the folder of a dump, such as journals/2026-11-21T030000Z");
        }
        try (InputStream in = destination.open(key)) {
            return ManifestJson.read(in, destination.name() + "/" + key);
        } catch (IOException e) {
            throw unreadable(key.name(), e);
        }
    }

    private void checkSideFile(ObjectKey prefix, SideFile file) throws SpillwayException {
        byte[] bytes = bytes(prefix.child(file.name()));
        if (bytes.length != file.bytes()) {
            throw different(file.name() + " has " + bytes.length + " bytes, the manifest says " + file.bytes());
        }
        String sha256 = Digests.sha256(bytes);
        if (!sha256.equals(file.sha256())) {
            throw different(file.name() + " has SHA-256 " + sha256 + ", the manifest says " + file.sha256());
        }
    }

    private void checkSums(ObjectKey prefix, SortedMap<String, String> hashes) throws SpillwayException {
        try {
            if (!Sha256Sums.read(bytes(prefix.child(Sha256Sums.FILE_NAME))).equals(hashes)) {
                throw different(Sha256Sums.FILE_NAME + " does not say what the manifest says");
            }
        } catch (IllegalArgumentException e) {
            throw different(String.valueOf(e.getMessage()));
        }
    }

    private void checkNothingElse(ObjectKey prefix, Manifest manifest) throws SpillwayException {
        Set<String> named = Stream.of(
                        manifest.parts().stream().map(Part::name),
                        manifest.files().stream().map(SideFile::name),
                        Stream.of(Manifest.FILE_NAME))
                .flatMap(names -> names)
                .collect(Collectors.toSet());
        List<String> others = destination.list(prefix + "/").stream()
                .map(object -> object.key().value().substring(prefix.value().length() + 1))
                .filter(name -> !named.contains(name))
                .toList();
        if (!others.isEmpty()) {
            throw different("files that the manifest does not name: " + String.join(", ", others));
        }
    }

    private byte[] bytes(ObjectKey key) throws SpillwayException {
        try (InputStream in = destination.open(key)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw unreadable(key.name(), e);
        }
    }

    private static void note(List<String> differences, String name, Consumer<String> checked, Check check)
            throws SpillwayException, InterruptedException {
        try {
            check.run();
            checked.accept(name);
        } catch (SpillwayException e) {
            if (e.fault() != Fault.INTEGRITY && e.fault() != Fault.DESTINATION_REFUSED) {
                throw e;
            }
            differences.add(String.valueOf(e.getMessage()));
        }
    }

    private static SpillwayException different(String what) {
        return new SpillwayException(Fault.INTEGRITY, what, null);
    }

    private static SpillwayException unreadable(String name, IOException e) {
        return new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE, name + " cannot be read: " + e.getMessage(), "try again", e);
    }

    private interface Check {
        void run() throws SpillwayException, InterruptedException;
    }
}
