package io.spillway.deliver;

import io.spillway.catalog.Ledger;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends dumps from home, where they were written, to the other destinations, to all of them at the same time. A run that was
 * broken off, in whatever way, is completed by the next: {@link Pending} tells from the state of each dump at each
 * destination what still has to be sent.
 *
 * <p>Whoever calls holds the dataset's lock. Safe for use by one export at a time.
 */
public final class Deliveries {
    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
    /** How long a destination may take to give up once the run was cancelled. */
    private static final long STOP_SECONDS = 20;

    private final Destination home;
    private final Function<ObjectKey, Path> folders;
    private final boolean spooled;
    private final List<Destination> others;
    private final Terms terms;

    /**
     * Deliveries from one place to others; all of them stay the caller's to close.
     *
     * @param home    where dumps are written, a directory
     * @param folders the folder of a dump in it, by the key that its files have in common
     * @param spooled whether that is no destination itself, so that a dump's files go once all others have it; its
     *                manifest stays, for the next one to be compared with
     * @param others  where dumps are sent to, possibly none
     * @param terms   what decides whether a dump that waits may be sent
     */
    public Deliveries(
            Destination home,
            Function<ObjectKey, Path> folders,
            boolean spooled,
            List<? extends Destination> others,
            Terms terms) {
        this.home = home;
        this.folders = folders;
        this.spooled = spooled;
        this.others = List.copyOf(others);
        this.terms = terms;
    }

    /** Remembers what a dump is made under. To be called before the dump is published at home. */
    public void making(DumpId dump) throws SpillwayException {
        new Ledger(terms.memory(), dump.dataset()).making(dump, terms.configuration());
    }

    /**
     * What waits at home for a decision of the operator; sends nothing.
     *
     * @return for each such dump and destination a delivery whose failure says why it waits and what to decide
     * @throws SpillwayException home cannot be read
     */
    public List<Delivery> undecided(String dataset) throws SpillwayException {
        List<Delivery> waiting = new ArrayList<>();
        for (Pending.Step step : new Pending(home, spooled, others, terms, dataset).steps()) {
            for (Pending.Lack lack : step.lacks()) {
                if (lack.why() != null && lack.why().fault() == Fault.FIELD_POLICY) {
                    waiting.add(new Delivery(step.manifest(), lack.place(), lack.why()));
                }
            }
        }
        return waiting;
    }

    /** Whether there are destinations that take parts of a dump that is still being written. */
    public boolean sendAhead() {
        return others.stream().anyMatch(Deliveries::takesParts);
    }

    /**
     * Begins to send parts of a dump that is still being written, where that is possible. The caller closes it.
     *
     * @param links an empty folder on the file system of the parts, which the caller removes; unused where nothing is
     *              sent ahead
     */
    public EarlyUpload ahead(DumpId dump, Path links) {
        return new EarlyUpload(
                dump, links, others.stream().filter(Deliveries::takesParts).toList());
    }

    /** An archive's items want their description first, and a directory takes a dump in one step. */
    private static boolean takesParts(Destination other) {
        return !other.traits().placesAtOnce() && other.traits().keepsSiteFiles();
    }

    /** Whether dumps lie in a spool until they are delivered, which nobody reads from. */
    public boolean isSpooled() {
        return spooled;
    }

    /**
     * Sends what earlier runs have left to be sent: of a directory that is a destination the newest dump, of a spool
     * every dump, the oldest first. A dump that is withdrawn or pruned is not sent, and one that was made under another
     * configuration waits. Removes what uploads of dead runs have left, and files of a spool that no destination needs.
     * Where the thread is interrupted, what was under way is in the answer as {@code CANCELLED}, and the interrupt stays
     * pending; the next call goes on from there.
     *
     * @return what came of it, empty where nothing was left to do
     * @throws SpillwayException the home itself cannot be read
     */
    public List<Delivery> resume(String dataset) throws SpillwayException {
        List<Delivery> all = new ArrayList<>();
        if (others.isEmpty()) {
            return all;
        }
        for (Pending.Step step : new Pending(home, spooled, others, terms, dataset).steps()) {
            if (Thread.currentThread().isInterrupted()) {
                break;
            }
            List<Delivery> kept = step.lacks().stream()
                    .filter(lack -> lack.why() != null)
                    .map(lack -> new Delivery(step.manifest(), lack.place(), lack.why()))
                    .toList();
            kept.forEach(each -> LOG.warn(
                    "dump not delivered dump={} destination={} cause=\"{}\"",
                    each.dump(),
                    each.destination(),
                    each.failure() == null ? "" : each.failure().getMessage()));
            List<Destination> open = step.lacks().stream()
                    .filter(lack -> lack.why() == null)
                    .map(Pending.Lack::place)
                    .toList();
            List<Delivery> sent = deliver(step.manifest(), open);
            if (spooled && kept.isEmpty() && sent.stream().allMatch(Delivery::arrived)) {
                removeFiles(step.manifest().dump());
            }
            all.addAll(kept);
            all.addAll(sent);
        }
        return all;
    }

    /**
     * Sends a dump that was just published at home to every destination that lacks it. One that fails does not hold up the
     * others. Where the thread is interrupted, what was under way is in the answer as {@code CANCELLED}, and the interrupt
     * stays pending.
     *
     * @return one entry for each destination that lacked it, in their order
     */
    public List<Delivery> deliver(Manifest manifest) {
        remember(ledger -> ledger.published(manifest), manifest);
        List<Delivery> done = deliver(manifest, others);
        if (spooled && done.stream().allMatch(Delivery::arrived)) {
            removeFiles(manifest.dump());
        }
        return done;
    }

    private List<Delivery> deliver(Manifest manifest, List<Destination> open) {
        if (open.isEmpty()) {
            return List.of();
        }
        ObjectKey key = ObjectKey.of(manifest.id());
        ExecutorService threads =
                Executors.newCachedThreadPool(task -> new Thread(task, "deliver-" + manifest.dataset()));
        List<Future<Optional<Delivery>>> under = open.stream()
                .map(other -> threads.submit(() -> deliver(manifest, key, other)))
                .toList();
        threads.shutdown();
        awaitEnd(threads, manifest);
        List<Delivery> done = outcomes(manifest, open, under);
        List<String> arrived = open.stream()
                .filter(other -> done.stream().noneMatch(each -> each.place() == other && !each.arrived()))
                .map(Destination::name)
                .toList();
        remember(ledger -> ledger.arrived(manifest.id(), arrived), manifest);
        return done;
    }

    private interface Remembering {
        void in(Ledger ledger) throws SpillwayException;
    }

    /** The dump is public by now, so that a memory that cannot be written is for the log. */
    private void remember(Remembering what, Manifest manifest) {
        boolean interrupted = Thread.interrupted(); // it would close the file in the middle; kept for the caller
        try {
            what.in(new Ledger(terms.memory(), manifest.dataset()));
        } catch (SpillwayException e) {
            LOG.warn("not remembered dump={} cause=\"{}\"", manifest.dump(), e.getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * How far dumps have come, by what came of their deliveries.
     *
     * @param newest the newest of them, which is whole at home, or null where there is none
     */
    public DeliveryOutcome reach(@Nullable Manifest newest, List<Delivery> done) {
        List<String> publicAt = new ArrayList<>();
        if (newest != null && !spooled) {
            publicAt.add(home.name());
        }
        for (Destination other : others) {
            boolean lacks = done.stream()
                    .anyMatch(delivery -> delivery.place() == other
                            && !delivery.arrived()
                            && delivery.manifest().equals(newest));
            if (newest != null && !lacks) {
                publicAt.add(other.name());
            }
        }
        return new DeliveryOutcome(newest, done, publicAt, null);
    }

    /**
     * Sends nothing, and says why of every destination; the next call of {@link #resume} sends it.
     *
     * @return one entry for each destination, in their order
     */
    public List<Delivery> withhold(Manifest manifest, SpillwayException why) {
        return others.stream().map(other -> new Delivery(manifest, other, why)).toList();
    }

    /** Returns when all threads have ended, or some time after this thread was told to stop, whose flag stays set. */
    private static void awaitEnd(ExecutorService threads, Manifest manifest) {
        try {
            threads.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            threads.shutdownNow();
            try {
                if (!threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                    LOG.warn("an upload did not stop within {} s dump={}", STOP_SECONDS, manifest.dump());
                }
            } catch (InterruptedException again) {
                LOG.warn("uploads were left under way, the next run goes on dump={}", manifest.dump());
            }
            Thread.currentThread().interrupt();
        }
    }

    /** What came of each; a bug is thrown only here, when all others have ended as they would have without it. */
    private static List<Delivery> outcomes(
            Manifest manifest, List<Destination> open, List<Future<Optional<Delivery>>> ended) {
        List<Delivery> done = new ArrayList<>();
        Throwable bug = null;
        for (int i = 0; i < ended.size(); i++) {
            Destination other = open.get(i);
            if (!ended.get(i).isDone()) {
                done.add(new Delivery(manifest, other, cancelled(other)));
                continue;
            }
            try {
                ended.get(i).get().ifPresent(done::add);
            } catch (ExecutionException e) {
                bug = e.getCause();
            } catch (InterruptedException e) {
                throw new IllegalStateException("what is done is not waited for", e);
            }
        }
        if (bug != null) {
            throw new IllegalStateException("a delivery failed in a way that nobody expected", bug);
        }
        return done;
    }

    private static SpillwayException cancelled(Destination other) {
        return new SpillwayException(
                Fault.CANCELLED, "cancelled while dumps were sent to " + other.name(), "run again: the rest follows");
    }

    private Optional<Delivery> deliver(Manifest manifest, ObjectKey key, Destination other) {
        try {
            if (DeliveryChecks.isWithdrawn(other, key) || Arrival.has(manifest, key, other)) {
                return Optional.empty();
            }
            if (!terms.anyway().contains(manifest.id())) {
                DeliveryChecks.requireCompared(manifest, home, other);
            }
            other.place(folders.apply(key), key, Manifest.FILE_NAME);
            if (takesParts(other)) {
                DeliveryChecks.requireWhole(manifest, key, other);
            }
            DeliveryChecks.requireNotWithdrawn(manifest, key, home, other);
        } catch (SpillwayException e) {
            LOG.warn(
                    "dump not delivered dump={} destination={} cause=\"{}\"",
                    manifest.dump(),
                    other.name(),
                    e.getMessage());
            return Optional.of(new Delivery(manifest, other, e));
        }
        LOG.info("dump delivered dump={} destination={}", manifest.dump(), other.name());
        sweep(manifest.dataset(), other);
        return Optional.of(new Delivery(manifest, other, null));
    }

    /** The dump is there, whole: that left-overs of dead runs cannot be removed is for the log. */
    private static void sweep(String dataset, Destination other) {
        try {
            int left = other.sweep(new ObjectKey(dataset));
            LOG.info("left-overs of earlier uploads removed destination={} count={}", other.name(), left);
        } catch (SpillwayException e) {
            LOG.warn("left-overs of earlier uploads stay destination={} cause=\"{}\"", other.name(), e.getMessage());
        }
    }

    /**
     * Removes parts of dumps that never came to be: sent ahead by a run that died before it had a dump. Only files that are
     * called as parts of such a dump are removed, and only where neither a manifest, nor a note, nor home knows the dump. A
     * destination that fails keeps them for now, and the log says so.
     */
    public void removeOrphans(String dataset) {
        Orphans orphans = new Orphans(home, dataset);
        others.stream().filter(Deliveries::takesParts).forEach(orphans::removeFrom);
    }

    private void removeFiles(String dump) {
        try {
            for (StoredObject object : home.list(dump + "/")) {
                if (!object.key().name().equals(Manifest.FILE_NAME)) {
                    home.delete(object.key());
                }
            }
        } catch (SpillwayException e) {
            LOG.warn("the spool keeps files that are not needed dump={} cause=\"{}\"", dump, e.getMessage());
        }
    }

    /**
     * A dump at one destination.
     *
     * @param manifest the dump's
     * @param place    the destination, open as long as the deliveries' maker keeps it so
     * @param failure  why it is not there, or null if it is
     */
    public record Delivery(
            Manifest manifest, Destination place, @Nullable SpillwayException failure) {
        /** The dump's id. */
        public String dump() {
            return manifest.dump();
        }

        /** How the destination is called in messages. */
        public String destination() {
            return place.name();
        }

        /** Whether the dump is there, whole. */
        public boolean arrived() {
            return failure == null;
        }
    }
}
