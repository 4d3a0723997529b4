package io.spillway.publish;

import io.spillway.catalog.Memory;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.HeldUploads;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.SideFile;
import io.spillway.source.SourceDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a draft: gate, side files, checksums and manifest, then everything at the destination, where the dump
 * exists as soon as its manifest does. Readers see a consistent state after every step. Thread-safe if its destination
 * is.
 */
public final class Publisher {
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    private final Destination destination;
    private final String version;
    private final Gate gate;
    private final List<Destination> places;
    private final Cadence cadence;
    private final PreviousDump previousDump;

    /** Creates a publisher with the default rules of the gate. */
    public Publisher(Destination destination, String version) {
        this(destination, version, new Gate(Gate.Rules.DEFAULT));
    }

    /** Creates a publisher of dumps without a public URL and without a schedule. */
    public Publisher(Destination destination, String version, Gate gate) {
        this(destination, version, gate, List.of(), Cadence.NONE, Memory.NONE);
    }

    /**
     * Creates a publisher for one destination. The caller closes all destinations.
     *
     * @param version the version of Spillway, for the manifest
     * @param gate    refuses a dump that has too little compared with the previous one
     * @param places  where readers will find the dump, the preferred one first
     * @param cadence when the next dump is due
     * @param memory  contains the newest dump that was made from here
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

    /** Whether anything exists under this dump's name. Dump names are never reused. */
    public boolean isTaken(DumpId dump) throws SpillwayException {
        return !destination.list(ObjectKey.of(dump) + "/").isEmpty();
    }

    /** A dump's location, for people. */
    public String address(DumpId dump) {
        return destination.name() + "/" + ObjectKey.of(dump);
    }

    /** The newest dump with a readable manifest at any destination; empty before the first. */
    public Optional<Manifest> previous(String dataset) throws SpillwayException {
        return previousDump.of(dataset, null).dump();
    }

    /**
     * Finds the previous dump and checks the gate's rules that need no document: whether that dump is readable, and the
     * number of documents. So a dump that would be refused does not cost the cluster a full export.
     *
     * @param next the new dump
     * @return the previous dump; empty before the first
     * @throws SpillwayException {@link Fault#GATE} if the previous dump cannot be read or the new one has too few
     *     documents
     */
    public Optional<Manifest> requireEnough(DumpId next, long documents) throws SpillwayException {
        PreviousDump.Found previous = previousDump.of(next.dataset(), next);
        gate.requireSight(next, previous.blind());
        if (previous.manifest() != null) {
            gate.checkCount(previous.manifest(), documents);
        }
        return previous.dump();
    }

    /** Publishes a draft without changes, all of whose fields may be named. */
    public Manifest publish(Draft draft) throws SpillwayException {
        return publish(draft, path -> true, ChangeSource.NONE);
    }

    /**
     * Publishes a draft if the gate accepts it.
     *
     * @param made    the draft, without changes
     * @param mayName whether the dump may name a field that only the previous dump had
     * @param changes makes the changes since the previous dump
     * @return the manifest, now public
     * @throws SpillwayException if nothing of the draft became public
     */
    public Manifest publish(Draft made, Predicate<String> mayName, ChangeSource changes) throws SpillwayException {
        PreviousDump.Found previous = previousDump.of(made.dataset().name(), made.dump());
        List<Gate.Refusal> unseen = gate.requireSight(made.dump(), previous.blind());
        Comparison comparison =
                Comparison.of(made, previous.dump(), gate, mayName).accepting(unseen);
        Draft draft = made.with(changes.of(made, previous.manifest(), comparison.schemaVersion()));
        try {
            Manifest manifest = write(draft, comparison);
            if (leadsFromAWithdrawnDump(manifest)) {
                manifest = writeWithoutChanges(draft, comparison, manifest);
            }
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
                    "cannot write to " + draft.folder() + ": " + e.getMessage(),
                    "nothing was published; check whether the disk is full",
                    e);
        }
    }

    /** Writes all files beside the parts, the manifest last. */
    private Manifest write(Draft draft, Comparison comparison) throws IOException {
        DumpAddresses found = DumpAddresses.of(draft.dump(), places);
        // A bucket as home has the parts, and a torrent needs their bytes once more.
        DumpAddresses addresses = destination.capability(HeldUploads.class).isPresent() ? found.unseeded() : found;
        List<SideFile> files = Companions.write(draft, comparison.schemaVersion(), addresses, version);
        Manifest manifest = manifest(draft, comparison, files);
        Companions.write(draft.folder(), Manifest.FILE_NAME, ManifestJson.write(manifest));
        return manifest;
    }

    /** A withdrawal does not wait for an export, so that the dump before may be withdrawn while changes are written. */
    private boolean leadsFromAWithdrawnDump(Manifest manifest) throws SpillwayException {
        Changes changes = manifest.changes();
        Optional<DumpId> before = changes == null || changes.from() == null
                ? Optional.empty()
                : DumpId.parse(changes.from().dump());
        return before.isPresent() && previousDump.isWithdrawn(before.get());
    }

    /** Writes the files again, without those that name keys of a withdrawn dump. */
    private Manifest writeWithoutChanges(Draft draft, Comparison comparison, Manifest written) throws IOException {
        LOG.warn("the dump before was withdrawn: a new chain of changes begins dump={}", draft.dump());
        for (SideFile file : written.files()) {
            Files.delete(draft.folder().resolve(file.name()));
        }
        Files.delete(draft.folder().resolve(Manifest.FILE_NAME));
        String key = Objects.requireNonNull(written.changes()).key();
        return write(draft.with(Changes.newChain(key, "the dump before was withdrawn")), comparison);
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
                // A snapshot in a repository is older than its export, which is what the times are for.
                cadence.after(source.reading().kept() == null ? draft.takenAt() : Instant.now())
                        .orElse(null),
                draft.takenAt(),
                new Manifest.Source(
                        source.product(),
                        source.version(),
                        draft.disclosure().index() ? source.name() : dataset.name(),
                        draft.disclosure().index() ? source.indices() : List.of(),
                        source.filtered() || draft.where() != null,
                        draft.disclosure().query(),
                        draft.documents(),
                        draft.altered(),
                        draft.manifestFields(),
                        source.reading().now(),
                        source.reading().vectorsRebuilt() ? "rebuilt" : null,
                        kept(draft),
                        draft.where()),
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
                dataset.publisher(),
                dataset.customLicense(),
                draft.changes());
    }

    private static Manifest.@Nullable KeptSnapshot kept(Draft draft) {
        SourceDescription.Kept kept = draft.source().reading().kept();
        return kept == null
                ? null
                : new Manifest.KeptSnapshot(draft.disclosure().index() ? kept.name() : null, kept.takenUntil());
    }
}
