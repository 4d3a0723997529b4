package io.spillway.run;

import io.spillway.catalog.Ledger;
import io.spillway.catalog.Memory;
import io.spillway.changes.ChangeMaker;
import io.spillway.changes.ChangeSettings;
import io.spillway.changes.DumpBefore;
import io.spillway.changes.KeptDigests;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Digests;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.pipeline.Extraction;
import io.spillway.pipeline.PartFormat;
import io.spillway.publish.Draft;
import io.spillway.source.SourceDescription;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connects the changes of a dataset with its exports: what the dump before is, and where its digests are kept. */
public final class DumpChanges {
    private static final Logger LOG = LoggerFactory.getLogger(DumpChanges.class);

    private final Planned planned;
    private final LocalDirectory home;
    private final Memory memory;
    private final String configuration;

    /** How changes are made of what was found at the source. */
    @FunctionalInterface
    public interface Planned {
        /**
         * The settings for these documents.
         *
         * @throws SpillwayException {@link Fault#CONFIG} if the key cannot identify the documents
         */
        ChangeSettings of(SourceDescription found) throws SpillwayException;
    }

    /**
     * Changes of one dataset.
     *
     * @param home          where dumps are written; the caller closes it
     * @param memory        knows the configuration of earlier dumps
     * @param configuration digest of the present configuration
     */
    public DumpChanges(Planned planned, LocalDirectory home, Memory memory, String configuration) {
        this.planned = planned;
        this.home = home;
        this.memory = memory;
        this.configuration = configuration;
    }

    /**
     * How changes are made; called before anything is read.
     *
     * @throws SpillwayException {@link Fault#CONFIG} if the key cannot identify the documents
     */
    ChangeSettings settings(SourceDescription found) throws SpillwayException {
        return planned.of(found);
    }

    /** Begins the changes of a dump, with an empty work folder that the caller removes. */
    ChangeMaker begin(DumpId dump, ChangeSettings settings, Path scratch, int lanes) {
        return new ChangeMaker(settings, dump, scratch, kept(dump.dataset()), lanes);
    }

    private KeptDigests kept(String dataset) {
        return new KeptDigests(home.folder(new ObjectKey(dataset)));
    }

    /** Removes kept digests, which contain keys, if they are those of this dump. */
    static void forget(LocalDirectory home, DumpId dump) throws SpillwayException {
        new KeptDigests(home.folder(new ObjectKey(dump.dataset()))).forget(dump.toString());
    }

    /** Makes the changes of a draft. */
    Changes make(
            ChangeMaker maker,
            Extraction extraction,
            List<PartFormat> formats,
            Draft draft,
            @Nullable Manifest previous,
            int schemaVersion)
            throws SpillwayException {
        int format = IntStream.range(0, formats.size())
                .filter(i -> formats.get(i).encoder().get().format().equals("jsonl"))
                .findFirst()
                .orElseThrow();
        DumpBefore before = previous == null ? null : before(previous);
        try {
            return maker.make(
                    before,
                    previous == null
                            ? "this is the first dump"
                            : "the dump before was not written here, or is not here any more",
                    schemaVersion,
                    draft.documents(),
                    extraction.placed(format),
                    draft.folder());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SpillwayException(Fault.CANCELLED, "cancelled while making changes", "run again", e);
        }
    }

    private @Nullable DumpBefore before(Manifest previous) throws SpillwayException {
        Path folder = home.folder(ObjectKey.of(previous.id()));
        String sha256 = manifestSha256(folder);
        return sha256 == null || !isManifest(folder, previous)
                ? null
                : new DumpBefore(
                        previous,
                        sha256,
                        folder,
                        configuration.equals(new Ledger(memory, previous.dataset())
                                .of(previous.id())
                                .configuration()));
    }

    /** Whether home has the manifest that readers have: no reader of the dump before has one that is damaged here. */
    private static boolean isManifest(Path folder, Manifest previous) {
        Path file = folder.resolve(Manifest.FILE_NAME);
        try (InputStream in = Files.newInputStream(file)) {
            return ManifestJson.read(in, file.toString()).equals(previous);
        } catch (IOException | SpillwayException e) {
            LOG.warn("cannot read a manifest for changes file={} cause=\"{}\"", file, e.toString());
            return false;
        }
    }

    /** Keeps the digests of a dump that is public now. */
    void keep(ChangeMaker maker, DumpId dump) {
        String sha256 = manifestSha256(home.folder(ObjectKey.of(dump)));
        if (sha256 != null) {
            maker.keep(sha256);
        }
    }

    private static @Nullable String manifestSha256(Path folder) {
        Path file = folder.resolve(Manifest.FILE_NAME);
        try {
            return Files.exists(file) ? Digests.of(file).sha256() : null;
        } catch (IOException e) {
            LOG.warn("cannot read a manifest for changes file={} cause=\"{}\"", file, e.toString());
            return null;
        }
    }
}
