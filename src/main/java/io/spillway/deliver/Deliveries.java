package io.spillway.deliver;

import io.spillway.catalog.Ledger;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Interrupts;
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
 * Sends dumps from home, where they are written, to all other destinations in parallel. The next run completes an
 * interrupted one: {@link Pending} derives what remains to be sent from the state of each dump at each destination.
 *
 * <p>The caller holds the dataset's lock. Not thread-safe: one export at a time.
 */
public final class Deliveries {
    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
    /** Time for the uploads to stop after the run was cancelled. */
    private static final long STOP_SECONDS = 20;

    private final Destination home;
    private final Function<ObjectKey, Path> folders;
    private final boolean spooled;
    private final List<Destination> others;
    private final Terms terms;

    /**
     * Creates deliveries from home to other destinations. The caller closes all destinations.
     *
     * @param home    where dumps are written: a directory
     * @param folders maps the key prefix of a dump to its folder at home
     * @param spooled whether home is only a spool and not a destination. If so, a dump's files are removed once all
     *                other destinations have it; the manifest stays for comparison with the next dump.
     * @param others  where dumps are sent; may be empty
     * @param terms   decides whether a pending dump may be sent
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

    /** Records the configuration that a dump is made with. Call it before the dump is published at home. */
    public void making(DumpId dump) throws SpillwayException {
        new Ledger(terms.memory(), dump.dataset()).making(dump, terms.configuration());
    }

    /**
     * Lists pending dumps at home that need a decision by the operator; sends nothing.
     *
     * @return one delivery for each such dump and destination; its failure states the reason and what to decide
     * @throws SpillwayException if home cannot be read
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

    /** Whether any destination accepts parts of a dump that is still being written. */
    public boolean sendAhead() {
        return others.stream().anyMatch(Deliveries::takesParts);
    }

    /**
     * Starts to send parts of a dump that is still being written to the destinations that accept them. The caller
     * closes the result.
     *
     * @param links an empty folder on the file system of the parts, which the caller removes; not used if no
     *              destination accepts parts early
     */
    public EarlyUpload ahead(DumpId dump, Path links) {
        return new EarlyUpload(
                dump, links, others.stream().filter(Deliveries::takesParts).toList());
    }

    /** An archive's item needs its description first, and a directory takes a dump in one step. */
    private static boolean takesParts(Destination other) {
        return !other.traits().placesAtOnce() && other.traits().keepsSiteFiles();
    }

    /** Whether home is a spool, which holds dumps until they are delivered and is not read by users. */
    public boolean isSpooled() {
        return spooled;
    }

    /**
     * Sends what earlier runs left unsent: from a directory that is itself a destination the newest dump, from a spool
     * every dump, oldest first. Withdrawn and pruned dumps are not sent; a dump made with a different configuration
     * waits. Removes left-over uploads of crashed runs, and spool files that no destination needs. If the thread is
     * interrupted, unfinished deliveries are returned as {@code CANCELLED} and the interrupt flag stays set; the next
     * call continues from there.
     *
     * @return the outcome of each delivery; empty if nothing was pending
     * @throws SpillwayException if home cannot be read
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
     * Sends a dump that was just published at home to every destination that lacks it. A failing destination does not
     * delay the others. If the thread is interrupted, unfinished deliveries are returned as {@code CANCELLED} and the
     * interrupt flag stays set.
     *
     * @return one entry for each destination that lacked the dump, in the order of the destinations
     */
    public List<Delivery> deliver(Manifest manifest) {
        record(ledger -> ledger.published(manifest), manifest);
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
        record(ledger -> ledger.arrived(manifest.id(), arrived), manifest);
        return done;
    }

    private interface LedgerUpdate {
        void apply(Ledger ledger) throws SpillwayException;
    }

    /** The dump is already public, so a ledger that cannot be written is only logged. */
    private void record(LedgerUpdate update, Manifest manifest) {
        try {
            Interrupts.shielded(() -> update.apply(new Ledger(terms.memory(), manifest.dataset())));
        } catch (SpillwayException e) {
            LOG.warn("ledger not updated dump={} cause=\"{}\"", manifest.dump(), e.getMessage());
        }
    }

    /**
     * Summarizes where dumps have arrived.
     *
     * @param newest the newest of them, complete at home, or null if there is none
     */
    public DeliveryOutcome outcome(@Nullable Manifest newest, List<Delivery> done) {
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
     * Sends nothing and reports {@code why} for every destination; the next call of {@link #resume} sends the dump.
     *
     * @return one entry for each destination, in the order of the destinations
     */
    public List<Delivery> withhold(Manifest manifest, SpillwayException why) {
        return others.stream().map(other -> new Delivery(manifest, other, why)).toList();
    }

    /**
     * Returns when all threads have ended or, if this thread is interrupted, after at most {@link #STOP_SECONDS}; the
     * interrupt flag stays set.
     */
    private static void awaitEnd(ExecutorService threads, Manifest manifest) {
        try {
            threads.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            threads.shutdownNow();
            try {
                if (!threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                    LOG.warn(
                            "uploads still running {} s after the cancellation dump={}", STOP_SECONDS, manifest.dump());
                }
            } catch (InterruptedException again) {
                LOG.warn(
                        "interrupted again, uploads not awaited; the next run continues them dump={}", manifest.dump());
            }
            Thread.currentThread().interrupt();
        }
    }

    /** The outcome of each delivery. An unexpected exception is rethrown only after all other deliveries have ended. */
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
                throw new IllegalStateException("get() of a completed future was interrupted", e);
            }
        }
        if (bug != null) {
            throw new IllegalStateException("unexpected error during delivery", bug);
        }
        return done;
    }

    private static SpillwayException cancelled(Destination other) {
        return new SpillwayException(
                Fault.CANCELLED, "cancelled while sending dumps to " + other.name(), "run again to send the rest");
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

    /** The dump has arrived, so a failure to remove left-over uploads is only logged. */
    private static void sweep(String dataset, Destination other) {
        try {
            int left = other.sweep(new ObjectKey(dataset));
            LOG.info("left-over uploads removed destination={} count={}", other.name(), left);
        } catch (SpillwayException e) {
            LOG.warn("cannot remove left-over uploads destination={} cause=\"{}\"", other.name(), e.getMessage());
        }
    }

    /**
     * Removes parts of dumps that were never published: a crashed run sent them early. Removes only files named like
     * parts of such a dump, and only if neither a manifest, nor a notice, nor home knows the dump. If a destination
     * fails, its parts stay until the next call, and a warning is logged.
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
            LOG.warn("cannot remove files from the spool dump={} cause=\"{}\"", dump, e.getMessage());
        }
    }

    /**
     * The delivery of a dump to one destination.
     *
     * @param manifest the dump's manifest
     * @param place    the destination, which the caller of {@link Deliveries} closes
     * @param failure  why the dump is not there, or null if it is
     */
    public record Delivery(
            Manifest manifest, Destination place, @Nullable SpillwayException failure) {
        /** The dump's id. */
        public String dump() {
            return manifest.dump();
        }

        /** The destination's name in messages. */
        public String destination() {
            return place.name();
        }

        /** Whether the complete dump is there. */
        public boolean arrived() {
            return failure == null;
        }
    }
}
