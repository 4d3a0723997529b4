package io.spillway.site;

import io.spillway.catalog.Addresses;
import io.spillway.catalog.Catalog;
import io.spillway.catalog.Listing;
import io.spillway.catalog.OwnFiles;
import io.spillway.destination.Destination;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Interrupts;
import io.spillway.notices.NoticeWriter;
import io.spillway.page.Pages;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Updates everything that points at dumps, after the dumps are published: the dataset's pages and feed, {@code
 * DATASET/changes.json}, {@code DATASET/latest}, {@code DATASET/latest.json}, the index of the catalog, the site's pages and
 * feed, {@code links.json}, the notices, {@code status.json}, in this order, each atomically. Between any two steps all links
 * are valid.
 *
 * <p>The dataset's files are built from its manifests, and the files at the root from the index ({@link SiteView}). The
 * dataset is listed again after the last step: if another process published a dump meanwhile, everything is written once
 * more. So the last of several writers leaves links to all dumps, even if a destination has no locks.
 *
 * <p>A file, also the index, is replaced only if it has not changed since before the catalog was read. A writer that was suspended, for
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
            rounds(Optional.of(dataset), round -> round.writeStatus(dataset, !skipNotices));
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
            return rounds(only, round -> round.write(only, known));
        }
    }

    /** The work of a round. */
    private interface Writing {
        void in(SiteRound round) throws SpillwayException, SiteRound.OvertakenException;
    }

    private Catalog rounds(Optional<String> only, Writing writing) throws SpillwayException, InterruptedException {
        for (int number = 1; ; number++) {
            SiteRound round = new SiteRound(destination, only, mirrors, notices, clock);
            try {
                writing.in(round);
                if (number == MAX_ROUNDS || !round.hasChanged()) {
                    return round.catalog();
                }
                LOG.info("dumps have changed meanwhile; writing again destination={}", destination.name());
            } catch (SiteRound.OvertakenException e) {
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

    /** With links relative to the root. */
    private List<Listing> listings(Catalog catalog) throws SpillwayException {
        List<Listing> listings = new ArrayList<>();
        for (Catalog.Published published : catalog.datasets()) {
            listings.add(Listing.of(
                    published.latest(), Addresses.fromRoot(destination), mirrors.asWritten(published.latest())));
        }
        return listings;
    }
}
