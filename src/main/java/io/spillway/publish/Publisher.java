package io.spillway.publish;

import io.spillway.dataset.DumpId;
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
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a draft public, in an order in which every step leaves readers with something true: the gate, the files beside the
 * parts, the checksums, the manifest last, and then all of it at the destination, where a dump exists from the moment that its
 * manifest does. Thread-safe as its destination is.
 */
public final class Publisher {
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    /** Some documents to look at, not compressed. */
    static final String SAMPLE = "sample.jsonl";

    private final Destination destination;
    private final String version;
    private final Gate gate;
    private final PreviousDump previousDump;

    /** A publisher with the gate of a schedule that says nothing of one. */
    public Publisher(Destination destination, String version) {
        this(destination, version, new Gate(Gate.Rules.DEFAULT));
    }

    /**
     * A publisher for one destination, which stays the caller's to close.
     *
     * @param version Spillway's own, for the manifest
     * @param gate    refuses what is too little beside the dump before
     */
    public Publisher(Destination destination, String version, Gate gate) {
        this.destination = destination;
        this.version = version;
        this.gate = gate;
        this.previousDump = new PreviousDump(destination);
    }

    /** Whether anything stands under this dump's name: a dated name is never used twice. */
    public boolean isTaken(DumpId dump) throws SpillwayException {
        return !destination.list(key(dump) + "/").isEmpty();
    }

    /** Where a dump lies, for people. */
    public String address(DumpId dump) {
        return destination.name() + "/" + key(dump);
    }

    /** The key that all files of a dump have in common. */
    public static ObjectKey key(DumpId dump) {
        return new ObjectKey(dump.toString());
    }

    /** The newest dump that readers have, or empty before the first. */
    public Optional<Manifest> previous(String dataset) throws SpillwayException {
        return previousDump.of(dataset);
    }

    /**
     * Asks the gate about the number of documents, which is known before any is read: what it refuses in the end should
     * not cost the cluster a whole export first.
     *
     * @throws SpillwayException as {@link Fault#GATE}: a dump with so few documents would not be published
     */
    public void requireEnough(String dataset, long documents) throws SpillwayException {
        Optional<Manifest> previous = previousDump.of(dataset);
        if (previous.isPresent()) {
            gate.checkCount(previous.get(), documents);
        }
    }

    /**
     * Publishes a draft, if the gate lets it through.
     *
     * @return the manifest that is public now
     * @throws SpillwayException nothing of the draft is public
     */
    public Manifest publish(Draft draft) throws SpillwayException {
        Comparison comparison =
                Comparison.of(draft, previousDump.of(draft.dataset().name()), gate);
        try {
            List<SideFile> files = new ArrayList<>();
            if (!draft.runJson().isEmpty()) {
                files.add(write(draft.folder(), "run.json", draft.runJson().getBytes(StandardCharsets.UTF_8)));
            }
            files.add(write(draft.folder(), "urls.txt", urls(draft)));
            List<SideFile> data = new ArrayList<>();
            data.add(write(draft.folder(), SchemaFile.FILE_NAME, SchemaFile.of(draft, comparison.schemaVersion())));
            if (!draft.sample().isEmpty()) {
                data.add(write(draft.folder(), SAMPLE, draft.sample().getBytes(StandardCharsets.UTF_8)));
            }
            files.addAll(data);
            files.add(write(draft.folder(), DataPackage.FILE_NAME, DataPackage.of(draft, data)));
            files.add(write(draft.folder(), Readme.FILE_NAME, Readme.of(draft)));
            files.add(write(draft.folder(), Sha256Sums.FILE_NAME, Sha256Sums.write(hashes(draft.parts(), files))));
            Manifest manifest = manifest(draft, comparison, files);
            write(draft.folder(), Manifest.FILE_NAME, ManifestJson.write(manifest));
            destination.place(draft.folder(), key(draft.dump()), Manifest.FILE_NAME);
            LOG.info(
                    "dump published dump={} documents={} bytes={} parts={} address={}",
                    draft.dump(),
                    manifest.documents(),
                    manifest.bytes(),
                    manifest.parts().size(),
                    address(draft.dump()));
            return manifest;
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot write into " + draft.folder() + ": " + e.getMessage(),
                    "is the disk full? nothing was published",
                    e);
        }
    }

    private Manifest manifest(Draft draft, Comparison comparison, List<SideFile> files) {
        var dataset = draft.dataset();
        var source = draft.source();
        return new Manifest(
                Manifest.FORMAT_VERSION,
                dataset.name(),
                draft.dump().toString(),
                dataset.title(),
                dataset.description(),
                dataset.license(),
                dataset.homepage(),
                dataset.covers().isEmpty() ? null : dataset.covers(),
                null, // No schedule has a cadence yet.
                draft.takenAt(),
                new Manifest.Source(
                        source.product(),
                        source.version(),
                        source.name(),
                        source.indices(),
                        source.filtered(),
                        draft.disclosure().query(),
                        draft.documents(),
                        draft.manifestFields()),
                draft.documents(),
                draft.bytes(),
                comparison.schemaVersion(),
                comparison.changes(),
                comparison.previous(),
                comparison.accepted(),
                draft.formats(),
                draft.parts(),
                files,
                draft.repaired() == 0 ? null : draft.repaired(),
                version);
    }

    /** One name a line: {@code wget --base=ADDRESS/ -i urls.txt} fetches all parts, wherever the dump lies. */
    private static byte[] urls(Draft draft) {
        StringBuilder names = new StringBuilder();
        draft.parts().forEach(part -> names.append(part.name()).append('\n'));
        return names.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static Map<String, String> hashes(List<Part> parts, List<SideFile> files) {
        Map<String, String> hashes = new TreeMap<>();
        parts.forEach(part -> hashes.put(part.name(), part.sha256()));
        files.forEach(file -> hashes.put(file.name(), file.sha256()));
        return hashes;
    }

    private static SideFile write(Path folder, String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name);
        Files.write(file, bytes, StandardOpenOption.CREATE_NEW);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        return new SideFile(name, bytes.length, Digests.sha256(bytes));
    }
}
