package io.spillway.site;

import io.spillway.catalog.Addresses;
import io.spillway.catalog.Catalog;
import io.spillway.catalog.CatalogIndex;
import io.spillway.catalog.DatasetStatus;
import io.spillway.catalog.LatestFile;
import io.spillway.catalog.LinksFile;
import io.spillway.catalog.Listing;
import io.spillway.catalog.OwnFiles;
import io.spillway.catalog.SiteStatus;
import io.spillway.destination.Destination;
import io.spillway.destination.FolderLinks;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.notices.NoticeWriter;
import io.spillway.page.Pages;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One reading of a destination, and what is written from it. For one thread. */
final class SiteRound {
    private static final Logger LOG = LoggerFactory.getLogger(SiteRound.class);

    private final Destination destination;
    private final Mirrors mirrors;
    private final Clock clock;
    private final @Nullable NoticeWriter notices;
    private final SiteView view;
    private final Catalog catalog;
    private final OwnFiles own;
    private final Pages pages;
    private final StepsOfChanges changes;

    /** Of all objects that existed before anything was read. */
    private final Map<ObjectKey, String> versions = new HashMap<>();

    /** Those of them that are pages in languages that the site does not have, by their names. */
    private final List<ObjectKey> otherLanguages = new ArrayList<>();

    /** Another writer has written a file since the round started; its content is kept. */
    static final class OvertakenException extends Exception {
        private static final long serialVersionUID = 1L;

        OvertakenException(ObjectKey key) {
            super(key.value());
        }
    }

    /**
     * Reads a destination.
     *
     * @param only    the dataset to read, or empty for all
     * @param mirrors of the same destination
     * @param notices of the same destination, or null for none
     * @param clock   time of the status
     */
    SiteRound(
            Destination destination,
            Optional<String> only,
            Mirrors mirrors,
            @Nullable NoticeWriter notices,
            Clock clock)
            throws SpillwayException, InterruptedException {
        this.destination = destination;
        this.mirrors = mirrors;
        this.notices = notices;
        this.clock = clock;
        // Pages are in the languages of the notices.
        this.pages = notices == null ? new Pages(destination) : new Pages(destination, notices.texts());
        if (only.isPresent()) {
            this.own = OwnFiles.of(destination);
            this.view = SiteView.of(destination, only.get(), keysAtRoot());
        } else {
            this.view = SiteView.ofEverything(destination);
            this.own = OwnFiles.of(destination, view.objects());
        }
        this.catalog = view.catalog();
        this.changes = new StepsOfChanges(destination, view.objects());
        for (StoredObject each : view.objects()) {
            if (each.version() != null) {
                versions.put(each.key(), each.version());
                if (pages.isOfAnotherLanguage(each.key().name())) {
                    otherLanguages.add(each.key());
                }
            }
        }
    }

    private List<ObjectKey> keysAtRoot() throws SpillwayException {
        List<ObjectKey> keys = new ArrayList<>(pages.keysOfSite());
        keys.add(new ObjectKey(LinksFile.FILE_NAME));
        keys.add(new ObjectKey(DatasetStatus.FILE_NAME));
        for (ObjectKey key : own.atRoot()) {
            if (pages.isOfAnotherLanguage(key.name())) {
                keys.add(key);
            }
        }
        return keys;
    }

    /**
     * Writes the files of one dataset, or of all of them, and those at the root.
     *
     * @param only  the dataset, or empty for all
     * @param known datasets that the other destinations publish, too
     */
    void write(Optional<String> only, Set<String> known) throws SpillwayException, OvertakenException {
        for (Catalog.Published published : catalog.datasets()) {
            if (only.isEmpty() || only.get().equals(published.dataset())) {
                write(published, mirrors.of(published.latest(), known), only.isEmpty());
            }
        }
        // Before the files at the root: a writer with an older index finds that one of them has changed.
        describe(true);
        List<Listing> listings = view.listings();
        Map<ObjectKey, byte[]> files = new LinkedHashMap<>(pages.ofSite(view.site()));
        files.put(new ObjectKey(LinksFile.FILE_NAME), LinksFile.write(listings));
        own.claim(files);
        put(files);
        removeOtherLanguages("");
        writeNotices(listings, only, known);
        // Not earlier: until here the site's own files have linked to the pages of such a dataset.
        removePointers(only);
        writeStatus();
        view.endRemovals(only);
    }

    /**
     * Writes only the status of the site and the notices of a dataset.
     *
     * @param withNotices whether notices are written at all
     */
    void writeStatus(String dataset, boolean withNotices) throws SpillwayException, OvertakenException {
        // A failed attempt leaves no index at a destination that had none, and replaces one that cannot be used.
        describe(!view.isOfEverything() || versions.containsKey(CatalogIndex.KEY));
        writeStatus();
        if (withNotices) {
            writeNotices(view.listings(), Optional.of(dataset), Set.of(dataset));
        }
    }

    /** Whether other dumps of the datasets that were read exist now. */
    boolean hasChanged() throws SpillwayException {
        return view.hasChanged();
    }

    /** What the manifests of the datasets that were read say. */
    Catalog catalog() {
        return catalog;
    }

    private void describe(boolean store) throws SpillwayException, OvertakenException {
        Optional<byte[]> index = view.describe(mirrors);
        if (store && index.isPresent()) {
            put(CatalogIndex.KEY, index.get());
        }
    }

    private void writeNotices(List<Listing> listings, Optional<String> only, Set<String> known)
            throws SpillwayException {
        if (notices != null) {
            notices.write(view.site(), listings, only, known);
        }
    }

    private void write(Catalog.Published published, List<URI> elsewhere, boolean again)
            throws SpillwayException, OvertakenException {
        SiteStatus.requireOwn(destination, published.dataset());
        Manifest latest = published.latest();
        Map<ObjectKey, byte[]> files = new LinkedHashMap<>(
                pages.ofDataset(catalog, published, elsewhere, mirrors.torrents(latest, elsewhere)));
        ObjectKey dataset = new ObjectKey(published.dataset());
        ObjectKey pointer = dataset.child(LatestFile.FILE_NAME);
        ObjectKey link = dataset.child(LatestFolder.NAME);
        Addresses addresses = Addresses.fromDataset(destination, published.dataset());
        byte[] pointed = LatestFile.write(Listing.of(latest, addresses, elsewhere));
        changes.of(catalog, published, again)
                .ifPresent(steps -> files.put(StepsOfChanges.key(published.dataset()), steps));
        Map<ObjectKey, byte[]> all = new LinkedHashMap<>(files);
        Map<ObjectKey, byte[]> linked = LatestFolder.files(destination, latest, link);
        all.putAll(linked);
        all.put(pointer, pointed);
        own.claim(all);
        put(files);
        requireUnchanged(pointer);
        Optional<FolderLinks> links = destination.capability(FolderLinks.class);
        if (links.isEmpty() || !links.get().link(link, new ObjectKey(latest.dump()))) {
            put(linked);
        }
        put(pointer, pointed);
        removeOtherLanguages(published.dataset() + "/");
    }

    /** Pages that Spillway wrote in languages that the site does not have any more. */
    private void removeOtherLanguages(String folder) throws SpillwayException, OvertakenException {
        for (ObjectKey key : otherLanguages) {
            if (key.value().equals(folder + key.name())
                    && own.foreign(List.of(key)).isEmpty()) {
                delete(key);
            }
        }
    }

    /** Removes pointers to datasets whose last dump was withdrawn. */
    private void removePointers(Optional<String> only) throws SpillwayException, OvertakenException {
        Set<String> gone = catalog.names();
        only.ifPresent(dataset -> gone.retainAll(Set.of(dataset)));
        only.ifPresent(gone::add);
        Optional<FolderLinks> links = destination.capability(FolderLinks.class);
        catalog.datasets().forEach(published -> gone.remove(published.dataset()));
        for (String name : gone) {
            ObjectKey dataset = new ObjectKey(name);
            delete(dataset.child(LatestFile.FILE_NAME));
            delete(StepsOfChanges.key(name));
            if (links.isPresent()) {
                links.get().unlink(dataset.child(LatestFolder.NAME));
            }
            for (String file : LatestFolder.NAMES) {
                delete(dataset.child(LatestFolder.NAME).child(file));
            }
            Map<ObjectKey, byte[]> left = pages.ofWithdrawn(catalog, name);
            own.claim(left);
            put(left);
            for (ObjectKey page : pages.keysOf(name)) {
                if (!left.containsKey(page)) {
                    delete(page);
                }
            }
        }
    }

    private void delete(ObjectKey key) throws SpillwayException, OvertakenException {
        requireUnchanged(key);
        own.requireOwn(List.of(key));
        destination.delete(key);
    }

    private void writeStatus() throws SpillwayException, OvertakenException {
        byte[] status =
                SiteStatus.of(view.site(), view.attempts(), clock.instant()).write();
        ObjectKey key = new ObjectKey(DatasetStatus.FILE_NAME);
        own.claim(Map.of(key, status));
        put(key, status);
    }

    private void put(Map<ObjectKey, byte[]> files) throws SpillwayException, OvertakenException {
        for (var file : files.entrySet()) {
            put(file.getKey(), file.getValue());
        }
    }

    private void put(ObjectKey key, byte[] bytes) throws SpillwayException, OvertakenException {
        String version = versions.get(key);
        if (version != null && isThere(key, bytes)) {
            return; // unchanged, so that clients need not fetch it again
        }
        if (!destination.replace(key, bytes, version)) {
            throw new OvertakenException(key);
        }
    }

    private boolean isThere(ObjectKey key, byte[] bytes) throws SpillwayException {
        Optional<StoredObject> there = destination.find(key);
        if (there.isEmpty()
                || there.get().bytes() != bytes.length
                || !Objects.equals(there.get().version(), versions.get(key))) {
            return false;
        }
        try {
            return destination.holds(there.get(), bytes);
        } catch (IOException e) {
            LOG.info("cannot compare before writing file={} cause=\"{}\"", key, e.getMessage());
            return false;
        }
    }

    /** For operations that cannot be conditional: a check just before. */
    private void requireUnchanged(ObjectKey key) throws SpillwayException, OvertakenException {
        String there = destination.find(key).map(StoredObject::version).orElse(null);
        if (!Objects.equals(there, versions.get(key))) {
            throw new OvertakenException(key);
        }
    }
}
