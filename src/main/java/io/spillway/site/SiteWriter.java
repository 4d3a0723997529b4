package io.spillway.site;

import io.spillway.catalog.Addresses;
import io.spillway.catalog.Catalog;
import io.spillway.catalog.DatasetStatus;
import io.spillway.catalog.LatestFile;
import io.spillway.catalog.LinksFile;
import io.spillway.catalog.Listing;
import io.spillway.catalog.SiteStatus;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.Upload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.manifest.Withdrawal;
import io.spillway.notices.NoticeWriter;
import io.spillway.page.Pages;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces what points at dumps, after the dumps are there: the dataset's pages and feed, {@code DATASET/latest}, {@code
 * DATASET/latest.json}, the site's pages and feed, {@code links.json}, the notices, {@code status.json}, in this order, each
 * in one step. Between any two steps every link holds.
 *
 * <p>Everything is made of the catalog, which is read again after the last step: who finds a dump that was not there at
 * the first, because another process published it meanwhile, writes once more. So the last of several writers leaves
 * links to all dumps, also where a destination has no locks. Where it has one, writers take {@linkplain Turns turns}, and
 * readers never see an older list after a newer one.
 *
 * <p>At a destination that keeps no site files nothing happens. Thread-safe as its destination is.
 */
public final class SiteWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SiteWriter.class);

    private static final String LATEST = "latest";
    private static final String URLS = "urls.txt";

    /** Whoever meets new dumps as often leaves the rest to those who publish them: each of them writes, too. */
    private static final int MAX_ROUNDS = 5;

    private final Destination destination;
    private final Mirrors mirrors;
    private final Pages pages;
    private final Turns turns;
    private final Clock clock;
    private final @Nullable NoticeWriter notices;

    /** Lets one writer after the other write to a destination. */
    @FunctionalInterface
    public interface Turns {
        /** For destinations without locks. */
        Turns NONE = () -> () -> {};

        /** Waits for a turn; the caller ends it. */
        Turn take() throws SpillwayException, InterruptedException;
    }

    /** A turn that lasts until it is closed. */
    public interface Turn extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * A writer for one destination; that and the others stay the caller's to close.
     *
     * @param others the other destinations of the same datasets, which are named as mirrors where they have a dump
     * @param clock  says when a status was written
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
        this.pages = new Pages(destination);
        this.turns = turns;
        this.clock = clock;
        this.notices = notices;
    }

    /**
     * Points at a dataset's newest dump, and renews what belongs to all datasets.
     *
     * @throws SpillwayException the dump is public all the same, and some pointers may be old; the next call mends that
     */
    public void publish(String dataset) throws SpillwayException, InterruptedException {
        try {
            write(Optional.of(dataset), Set.of(dataset));
        } catch (SpillwayException e) {
            throw new SpillwayException(
                    e.fault(),
                    "the dumps of %s at %s are whole, but links there may still name older ones: %s"
                            .formatted(dataset, destination.name(), e.getMessage()),
                    (e.hint() == null ? "" : e.hint() + "; ") + "the next export mends it, or  spillway catalog",
                    e);
        }
    }

    /**
     * Writes everything again, for every dataset, from nothing but the manifests; returns what they say.
     *
     * @param known datasets that the other destinations keep, too; where dumps of any other dataset are beside here is
     *              taken from what was written before
     */
    public Catalog rebuild(Set<String> known) throws SpillwayException, InterruptedException {
        return write(Optional.empty(), known);
    }

    /**
     * Writes the notices alone, of every dataset, from the catalog and the addresses that answer now.
     *
     * @param known datasets that are to have notices, whether anything of them is there or not
     * @return what they say, or empty where this destination keeps no such files
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
     * Renews {@code status.json} and a dataset's notices alone, after an attempt that published nothing. A failure is
     * logged: that of the attempt is what the caller has to hear of.
     */
    @SuppressWarnings("try") // the turn is held, not used
    public void sayStatus(String dataset) {
        boolean interrupted = Thread.interrupted(); // it would close the file in the middle; kept for the caller
        try (Turn turn = turns.take()) {
            if (destination.traits().keepsSiteFiles()) {
                Catalog catalog = Catalog.read(destination);
                writeStatus(catalog);
                if (!interrupted) { // whoever cancels does not wait for addresses to answer
                    writeNotices(catalog, listings(catalog), Optional.of(dataset), Set.of(dataset));
                }
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (SpillwayException | RuntimeException e) {
            LOG.warn("the status could not be written destination={} cause=\"{}\"", destination.name(), e.getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @SuppressWarnings("try") // the turn is held, not used
    private Catalog write(Optional<String> only, Set<String> known) throws SpillwayException, InterruptedException {
        if (!destination.traits().keepsSiteFiles()) {
            return new Catalog(List.of(), List.of(), List.of(), List.of());
        }
        try (Turn turn = turns.take()) {
            for (int round = 1; ; round++) {
                Catalog catalog = Catalog.read(destination);
                write(catalog, only, known);
                if (round == MAX_ROUNDS || Catalog.stamps(destination).equals(catalog.stamps())) {
                    return catalog;
                }
                LOG.info("dumps have come or gone meanwhile, writing once more destination={}", destination.name());
            }
        }
    }

    private void write(Catalog catalog, Optional<String> only, Set<String> known) throws SpillwayException {
        for (Catalog.Shelf shelf : catalog.datasets()) {
            if (only.isEmpty() || only.get().equals(shelf.dataset())) {
                write(catalog, shelf, mirrors.of(shelf.latest(), known));
            }
        }
        List<Listing> listings = listings(catalog);
        put(pages.ofSite(catalog));
        put(new ObjectKey(LinksFile.FILE_NAME), LinksFile.write(listings));
        writeNotices(catalog, listings, only, known);
        // Only now: until here the site's own files have led to the pages of such a dataset.
        removePointers(catalog, only);
        writeStatus(catalog);
    }

    /** As a document at the root has them. */
    private List<Listing> listings(Catalog catalog) throws SpillwayException {
        List<Listing> listings = new ArrayList<>();
        for (Catalog.Shelf shelf : catalog.datasets()) {
            listings.add(
                    Listing.of(shelf.latest(), Addresses.fromRoot(destination), mirrors.asWritten(shelf.latest())));
        }
        return listings;
    }

    private void writeNotices(Catalog catalog, List<Listing> listings, Optional<String> only, Set<String> known)
            throws SpillwayException {
        if (notices != null) {
            notices.write(catalog, listings, only, known);
        }
    }

    private void write(Catalog catalog, Catalog.Shelf shelf, List<URI> elsewhere) throws SpillwayException {
        Manifest latest = shelf.latest();
        put(pages.ofDataset(catalog, shelf, elsewhere, mirrors.torrents(latest, elsewhere)));
        ObjectKey dataset = new ObjectKey(shelf.dataset());
        Addresses addresses = Addresses.fromDataset(destination, shelf.dataset());
        ObjectKey link = dataset.child(LATEST);
        if (!destination.link(link, new ObjectKey(latest.dump()))) {
            put(link.child(URLS), urls(latest));
        }
        put(dataset.child(LatestFile.FILE_NAME), LatestFile.write(Listing.of(latest, addresses, elsewhere)));
    }

    /** Where there are no links to folders: a copy, and addresses from where it stands. */
    private byte[] urls(Manifest latest) {
        ObjectKey folder = new ObjectKey(latest.dump());
        StringBuilder text = new StringBuilder();
        for (Part part : latest.parts()) {
            String address = destination
                    .publicAddress(folder.child(part.name()))
                    .map(URI::toString)
                    .orElse("../" + latest.id().stamp() + "/" + part.name());
            text.append(address).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** What points at datasets whose last dump was taken back. */
    private void removePointers(Catalog catalog, Optional<String> only) throws SpillwayException {
        var gone = new TreeSet<>(catalog.attempts());
        catalog.broken().forEach(broken -> gone.add(broken.dump().dataset()));
        catalog.withdrawn().forEach(notice -> gone.add(dataset(notice)));
        only.ifPresent(dataset -> gone.retainAll(Set.of(dataset)));
        only.ifPresent(gone::add);
        catalog.datasets().forEach(shelf -> gone.remove(shelf.dataset()));
        for (String name : gone) {
            ObjectKey dataset = new ObjectKey(name);
            destination.delete(dataset.child(LatestFile.FILE_NAME));
            destination.unlink(dataset.child(LATEST));
            destination.delete(dataset.child(LATEST).child(URLS));
            for (ObjectKey page : pages.keysOf(name)) {
                destination.delete(page);
            }
        }
    }

    private static String dataset(Withdrawal notice) {
        return notice.dump().substring(0, notice.dump().indexOf('/'));
    }

    private void writeStatus(Catalog catalog) throws SpillwayException {
        byte[] status = SiteStatus.of(catalog, destination, clock.instant()).write();
        put(new ObjectKey(DatasetStatus.FILE_NAME), status);
    }

    private void put(Map<ObjectKey, byte[]> files) throws SpillwayException {
        for (var file : files.entrySet()) {
            put(file.getKey(), file.getValue());
        }
    }

    private void put(ObjectKey key, byte[] bytes) throws SpillwayException {
        try (Upload upload = destination.begin(key)) {
            upload.body().write(bytes);
            upload.commit();
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "%s/%s could not be written: %s".formatted(destination.name(), key, e.getMessage()),
                    "try again",
                    e);
        }
    }
}
