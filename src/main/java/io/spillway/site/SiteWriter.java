package io.spillway.site;

import io.spillway.catalog.Addresses;
import io.spillway.catalog.Catalog;
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
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Interrupts;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Withdrawal;
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
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Updates everything that points at dumps, after the dumps are published: the dataset's pages and feed, {@code
 * DATASET/changes.json}, {@code DATASET/latest}, {@code DATASET/latest.json}, the site's pages and feed, {@code links.json}, the notices, {@code
 * status.json}, in this order, each atomically. Between any two steps all links are valid.
 *
 * <p>Everything is built from the catalog, which is read again after the last step: if another process published a dump
 * meanwhile, everything is written once more. So the last of several writers leaves links to all dumps, even if a
 * destination has no locks.
 *
 * <p>A file is replaced only if it has not changed since before the catalog was read. A writer that was suspended, for
 * however long, detects that another writer was faster, and reads the catalog again: readers never see an older list
 * after a newer one. If a destination has locks, writers also take {@linkplain Turns turns}, so that conflicts are
 * rare.
 *
 * <p>A file that Spillway did not write is never replaced ({@link OwnFiles}): the call then fails with {@code
 * DESTINATION_REFUSED} and names it.
 *
 * <p>Does nothing at a destination without site files. As thread-safe as its destination.
 */
public final class SiteWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SiteWriter.class);

    private static final String LATEST = LatestFolder.NAME;

    /** After this many conflicts the rest is left to the other writers, each of which writes everything. */
    private static final int MAX_ROUNDS = 10;

    /** Upper bound of the random pause between rounds, which lets one of two conflicting writers get ahead. */
    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final Destination destination;
    private final Mirrors mirrors;
    private final Turns turns;
    private final Clock clock;
    private final @Nullable NoticeWriter notices;

    /** Serializes writers at a destination. */
    @FunctionalInterface
    public interface Turns {
        /** For destinations without locks. */
        Turns NONE = () -> () -> {};

        /** Waits for a turn; the caller closes it. */
        Turn take() throws SpillwayException, InterruptedException;
    }

    /** A turn that lasts until it is closed. */
    public interface Turn extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Creates a writer for one destination; the caller closes all destinations.
     *
     * @param others the other destinations of the same datasets, which are named as mirrors if they have a dump
     * @param clock  time of the status
     */
    public SiteWriter(Destination destination, List<? extends Destination> others, Turns turns, Clock clock) {
        this(destination, others, turns, clock, null);
    }

    /**
     * The same, which also writes notices.
     *
     * @param notices of the same destination, or null for none
     */
    public SiteWriter(
            Destination destination,
            List<? extends Destination> others,
            Turns turns,
            Clock clock,
            @Nullable NoticeWriter notices) {
        this.destination = destination;
        this.mirrors = new Mirrors(destination, others);
        this.turns = turns;
        this.clock = clock;
        this.notices = notices;
    }

    /**
     * Points at a dataset's newest dump, and updates what belongs to all datasets.
     *
     * @throws SpillwayException the dump is public, but some pointers may be stale; the next call updates them
     */
    public void publish(String dataset) throws SpillwayException, InterruptedException {
        try {
            write(Optional.of(dataset), Set.of(dataset));
        } catch (SpillwayException e) {
            throw new SpillwayException(
                    e.fault(),
                    "the dumps of %s at %s are complete, but links there may still name older ones: %s"
                            .formatted(dataset, destination.name(), e.getMessage()),
                    (e.hint() == null ? "" : e.hint() + "; ")
                            + "the next export updates them, or run  spillway catalog",
                    e);
        }
    }

    /**
     * The files that {@link #publish} would replace and that Spillway did not write, sorted. Writes nothing.
     *
     * @throws SpillwayException the destination does not answer, or its record of own files cannot be read
     */
    public Set<String> foreign(String dataset) throws SpillwayException {
        return ForeignFiles.of(destination, dataset, pages(), notices == null ? Set.of() : notices.keys(dataset));
    }

    /**
     * Writes everything again, for every dataset, from nothing but the manifests; returns what they say.
     *
     * @param known datasets that the other destinations publish, too; mirrors of other datasets are copied from the
     *     existing files
     */
    public Catalog rebuild(Set<String> known) throws SpillwayException, InterruptedException {
        return write(Optional.empty(), known);
    }

    /**
     * Writes only the notices, of every dataset, from the catalog and the URLs that answer now.
     *
     * @param known datasets that must have notices, whether any of their files exist or not
     * @return the result, or empty if this destination has no site files
     */
    @SuppressWarnings("try") // the turn is held, not used
    public Optional<NoticeWriter.Written> renewNotices(Set<String> known)
            throws SpillwayException, InterruptedException {
        if (notices == null || !destination.traits().keepsSiteFiles()) {
            return Optional.empty();
        }
        try (Turn turn = turns.take()) {
            Catalog catalog = Catalog.read(destination);
            return Optional.of(notices.write(catalog, listings(catalog), Optional.empty(), known));
        }
    }

    /**
     * Updates only {@code status.json} and a dataset's notices, after an attempt that published nothing; notices are
     * not created if there are none. Failures are only logged, because the caller reports the failure of the attempt.
     */
    public void updateStatus(String dataset) {
        if (!destination.traits().keepsSiteFiles()) {
            return;
        }
        boolean cancelled = Thread.currentThread().isInterrupted();
        try {
            Interrupts.shielded(() -> updateStatus(dataset, cancelled));
        } catch (SpillwayException | RuntimeException e) {
            LOG.warn("cannot write the status destination={} cause=\"{}\"", destination.name(), e.getMessage());
        }
    }

    /** A cancelled process does not wait for URLs; and a failed attempt publishes nothing new. */
    @SuppressWarnings("try") // the turn is held, not used
    private void updateStatus(String dataset, boolean cancelled) throws SpillwayException, InterruptedException {
        boolean skipNotices = cancelled || notices == null || !notices.isThere();
        try (Turn turn = turns.take()) {
            rounds(round -> {
                round.writeStatus();
                if (!skipNotices) {
                    writeNotices(round.catalog, listings(round.catalog), Optional.of(dataset), Set.of(dataset));
                }
            });
        }
    }

    /** Pages are in the languages of the notices. */
    private Pages pages() throws SpillwayException {
        return notices == null ? new Pages(destination) : new Pages(destination, notices.texts());
    }

    @SuppressWarnings("try") // the turn is held, not used
    private Catalog write(Optional<String> only, Set<String> known) throws SpillwayException, InterruptedException {
        if (!destination.traits().keepsSiteFiles()) {
            return new Catalog(List.of(), List.of(), List.of(), List.of());
        }
        try (Turn turn = turns.take()) {
            return rounds(round -> round.write(only, known));
        }
    }

    /** The work of a round. */
    private interface Writing {
        void in(Round round) throws SpillwayException, OvertakenException;
    }

    /** Another writer has written a file since the round started; its content is kept. */
    private static final class OvertakenException extends Exception {
        private static final long serialVersionUID = 1L;

        OvertakenException(ObjectKey key) {
            super(key.value());
        }
    }

    private Catalog rounds(Writing writing) throws SpillwayException, InterruptedException {
        for (int number = 1; ; number++) {
            List<StoredObject> before = destination.list("");
            Catalog catalog = Catalog.read(destination, before);
            try {
                writing.in(new Round(catalog, before));
                if (number == MAX_ROUNDS || Catalog.stamps(destination).equals(catalog.stamps())) {
                    return catalog;
                }
                LOG.info("dumps have changed meanwhile; writing again destination={}", destination.name());
            } catch (OvertakenException e) {
                if (number == MAX_ROUNDS) {
                    throw new SpillwayException(
                            Fault.DESTINATION_UNAVAILABLE,
                            "%s/%s: lost %d update races to another writer"
                                    .formatted(destination.name(), e.getMessage(), number),
                            "the other writer has updated the links",
                            e);
                }
                LOG.info(
                        "another writer was faster; reading again destination={} file={}",
                        destination.name(),
                        e.getMessage());
                TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(LONGEST_PAUSE_MILLIS));
            }
        }
    }

    /** One reading of the catalog, and what is written from it. */
    private final class Round {
        private final Catalog catalog;
        private final OwnFiles own;
        private final Pages pages;
        private final StepsOfChanges changes;

        /** Of all objects that existed before the catalog was read. */
        private final Map<ObjectKey, String> versions = new HashMap<>();

        /** Those of them that are pages in languages that the site does not have, by their names. */
        private final List<ObjectKey> otherLanguages = new ArrayList<>();

        Round(Catalog catalog, List<StoredObject> before) throws SpillwayException {
            this.catalog = catalog;
            this.own = OwnFiles.of(destination, before);
            this.pages = pages();
            this.changes = new StepsOfChanges(destination, before);
            for (StoredObject each : before) {
                if (each.version() != null) {
                    versions.put(each.key(), each.version());
                    if (pages.isOfAnotherLanguage(each.key().name())) {
                        otherLanguages.add(each.key());
                    }
                }
            }
        }

        void write(Optional<String> only, Set<String> known) throws SpillwayException, OvertakenException {
            for (Catalog.Published published : catalog.datasets()) {
                if (only.isEmpty() || only.get().equals(published.dataset())) {
                    write(published, mirrors.of(published.latest(), known), only.isEmpty());
                }
            }
            List<Listing> listings = listings(catalog);
            Map<ObjectKey, byte[]> files = new LinkedHashMap<>(pages.ofSite(catalog));
            files.put(new ObjectKey(LinksFile.FILE_NAME), LinksFile.write(listings));
            own.claim(files);
            put(files);
            removeOtherLanguages("");
            writeNotices(catalog, listings, only, known);
            // Not earlier: until here the site's own files have linked to the pages of such a dataset.
            removePointers(only);
            writeStatus();
        }

        private void write(Catalog.Published published, List<URI> elsewhere, boolean again)
                throws SpillwayException, OvertakenException {
            SiteStatus.requireOwn(destination, published.dataset());
            Manifest latest = published.latest();
            Map<ObjectKey, byte[]> files = new LinkedHashMap<>(
                    pages.ofDataset(catalog, published, elsewhere, mirrors.torrents(latest, elsewhere)));
            ObjectKey dataset = new ObjectKey(published.dataset());
            ObjectKey pointer = dataset.child(LatestFile.FILE_NAME);
            ObjectKey link = dataset.child(LATEST);
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
            var gone = new TreeSet<>(catalog.attempts());
            catalog.broken().forEach(broken -> gone.add(broken.dump().dataset()));
            catalog.withdrawn().forEach(notice -> gone.add(dataset(notice)));
            only.ifPresent(dataset -> gone.retainAll(Set.of(dataset)));
            only.ifPresent(gone::add);
            Optional<FolderLinks> links = destination.capability(FolderLinks.class);
            catalog.datasets().forEach(published -> gone.remove(published.dataset()));
            for (String name : gone) {
                ObjectKey dataset = new ObjectKey(name);
                delete(dataset.child(LatestFile.FILE_NAME));
                delete(StepsOfChanges.key(name));
                if (links.isPresent()) {
                    links.get().unlink(dataset.child(LATEST));
                }
                for (String file : LatestFolder.NAMES) {
                    delete(dataset.child(LATEST).child(file));
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

        void writeStatus() throws SpillwayException, OvertakenException {
            byte[] status = SiteStatus.of(catalog, destination, clock.instant()).write();
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
                return destination.holds(key, bytes);
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

    private static String dataset(Withdrawal notice) {
        return notice.dump().substring(0, notice.dump().indexOf('/'));
    }

    /** With links relative to the root. */
    private List<Listing> listings(Catalog catalog) throws SpillwayException {
        List<Listing> listings = new ArrayList<>();
        for (Catalog.Published published : catalog.datasets()) {
            listings.add(Listing.of(
                    published.latest(), Addresses.fromRoot(destination), mirrors.asWritten(published.latest())));
        }
        return listings;
    }

    private void writeNotices(Catalog catalog, List<Listing> listings, Optional<String> only, Set<String> known)
            throws SpillwayException {
        if (notices != null) {
            notices.write(catalog, listings, only, known);
        }
    }
}
