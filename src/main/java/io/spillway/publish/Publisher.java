package io.spillway.publish;

import io.spillway.catalog.Memory;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.SideFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a draft public, in an order in which every step leaves readers with something true: the gate, the files beside the
 * parts, the checksums, the manifest last, and then all of it at the destination, where a dump exists from the moment that its
 * manifest does. Thread-safe as its destination is.
 */
public final class Publisher {
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    private final Destination destination;
    private final String version;
    private final Gate gate;
    private final List<Destination> places;
    private final Cadence cadence;
    private final PreviousDump previousDump;

    /** A publisher with the gate of a schedule that says nothing of one. */
    public Publisher(Destination destination, String version) {
        this(destination, version, new Gate(Gate.Rules.DEFAULT));
    }

    /** A publisher of dumps that have no address, and of which nobody knows when the next one comes. */
    public Publisher(Destination destination, String version, Gate gate) {
        this(destination, version, gate, List.of(), Cadence.NONE, Memory.NONE);
    }

    /**
     * A publisher for one destination, which stays the caller's to close, as all others do.
     *
     * @param version Spillway's own, for the manifest
     * @param gate    refuses what is too little beside the dump before
     * @param places  where readers will find a dump, the one first that they should try first
     * @param cadence when the next dump is due
     * @param memory  knows the newest dump that was made from here
     */
    public Publisher(
            Destination destination,
            String version,
            Gate gate,
            List<? extends Destination> places,
            Cadence cadence,
            Memory memory) {
        this.destination = destination;
        this.version = version;
        this.gate = gate;
        this.places = List.copyOf(places);
        this.cadence = cadence;
        this.previousDump = new PreviousDump(destination, this.places, memory);
    }

    /** Whether anything stands under this dump's name: a dated name is never used twice. */
    public boolean isTaken(DumpId dump) throws SpillwayException {
        return !destination.list(ObjectKey.of(dump) + "/").isEmpty();
    }

    /** Where a dump lies, for people. */
    public String address(DumpId dump) {
        return destination.name() + "/" + ObjectKey.of(dump);
    }

    /** The newest dump whose manifest reads at any destination, or empty before the first. */
    public Optional<Manifest> previous(String dataset) throws SpillwayException {
        return previousDump.of(dataset, null).dump();
    }

    /**
     * The dump that a new one follows. Asks the gate first whether it sees that dump, and then about the number of
     * documents, which is known before any is read: what it refuses in the end should not cost the cluster a whole export.
     *
     * @param next the new dump
     * @return the dump before, or empty before the first
     * @throws SpillwayException as {@link Fault#GATE}: the dump before cannot be read, or the new one has so few documents
     *                           that it would not be published
     */
    public Optional<Manifest> requireEnough(DumpId next, long documents) throws SpillwayException {
        PreviousDump.Found previous = previousDump.of(next.dataset(), next);
        gate.requireSight(next, previous.blind());
        if (previous.manifest() != null) {
            gate.checkCount(previous.manifest(), documents);
        }
        return previous.dump();
    }

    /** Publishes a draft of which every field may be named. */
    public Manifest publish(Draft draft) throws SpillwayException {
        return publish(draft, path -> true);
    }

    /**
     * Publishes a draft, if the gate lets it through.
     *
     * @param mayName whether the dump may show the name of a field that the previous dump had and this one has not
     * @return the manifest that is public now
     * @throws SpillwayException nothing of the draft is public
     */
    public Manifest publish(Draft draft, Predicate<String> mayName) throws SpillwayException {
        PreviousDump.Found previous = previousDump.of(draft.dataset().name(), draft.dump());
        gate.requireSight(draft.dump(), previous.blind());
        Comparison comparison = Comparison.of(draft, previous.dump(), gate, mayName);
        try {
            DumpAddresses addresses = DumpAddresses.of(draft.dump(), places);
            List<SideFile> files = Companions.write(draft, comparison.schemaVersion(), addresses, version);
            Manifest manifest = manifest(draft, comparison, files);
            Companions.write(draft.folder(), Manifest.FILE_NAME, ManifestJson.write(manifest));
            destination.place(draft.folder(), ObjectKey.of(draft.dump()), Manifest.FILE_NAME);
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
                cadence.after(draft.takenAt()).orElse(null),
                draft.takenAt(),
                new Manifest.Source(
                        source.product(),
                        source.version(),
                        draft.disclosure().index() ? source.name() : dataset.name(),
                        draft.disclosure().index() ? source.indices() : List.of(),
                        source.filtered(),
                        draft.disclosure().query(),
                        draft.documents(),
                        draft.altered(),
                        draft.manifestFields(),
                        source.reading().now(),
                        source.reading().vectorsRebuilt() ? "rebuilt" : null),
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
                version,
                dataset.publisher());
    }
}
