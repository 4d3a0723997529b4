package io.spillway.publish;

import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import io.spillway.manifest.SideFile;
import io.spillway.manifest.Withdrawal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings dumps from where they were written to the other destinations, to all of them at the same time. What has still to
 * be sent is not kept anywhere: a destination lacks a dump exactly while it lacks the manifest, so that a run that was
 * broken off, in whatever way, is completed by the next.
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

    /**
     * Deliveries from one place to others; all of them stay the caller's to close.
     *
     * @param home    where dumps are written, a directory
     * @param folders the folder of a dump in it, by the key that its files have in common
     * @param spooled whether that is no destination itself, so that a dump's files go once all others have it; its
     *                manifest stays, for the next one to be compared with
     * @param others  where dumps are sent to, possibly none
     */
    public Deliveries(
            Destination home, Function<ObjectKey, Path> folders, boolean spooled, List<? extends Destination> others) {
        this.home = home;
        this.folders = folders;
        this.spooled = spooled;
        this.others = List.copyOf(others);
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
    public Ahead ahead(DumpId dump, Path links) {
        return new Ahead(
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
     * every dump, the oldest first. Removes what uploads of dead runs have left, and files of a spool that every
     * destination has. Where the thread is interrupted, what was under way is in the answer as {@code CANCELLED}, and the
     * interrupt stays pending; the next call goes on from there.
     *
     * @return what came of it, empty where nothing was left to do
     * @throws SpillwayException the home itself cannot be read
     */
    public List<Delivery> resume(String dataset) throws SpillwayException {
        List<Delivery> all = new ArrayList<>();
        if (!others.isEmpty()) {
            for (Manifest manifest : waiting(dataset)) {
                if (!Thread.currentThread().isInterrupted()) {
                    all.addAll(deliver(manifest));
                }
            }
        }
        return all;
    }

    /**
     * Sends a dump to every destination that lacks it. One that fails does not hold up the others. Where the thread is
     * interrupted, what was under way is in the answer as {@code CANCELLED}, and the interrupt stays pending.
     *
     * @return one entry for each destination that lacked it, in their order
     */
    public List<Delivery> deliver(Manifest manifest) {
        ObjectKey key = Publisher.key(manifest.id());
        ExecutorService threads =
                Executors.newCachedThreadPool(task -> new Thread(task, "deliver-" + manifest.dataset()));
        List<Future<Optional<Delivery>>> under = others.stream()
                .map(other -> threads.submit(() -> deliver(manifest, key, other, folders)))
                .toList();
        threads.shutdown();
        awaitEnd(threads, manifest);
        List<Delivery> done = outcomes(manifest, under);
        if (spooled && done.stream().allMatch(Delivery::arrived)) {
            removeFiles(manifest.dump());
        }
        return done;
    }

    /**
     * How far dumps have come, by what came of their deliveries.
     *
     * @param newest the newest of them, which is whole at home, or null where there is none
     */
    public Reach reach(@Nullable Manifest newest, List<Delivery> done) {
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
        return new Reach(newest, done, publicAt, null);
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
    private List<Delivery> outcomes(Manifest manifest, List<Future<Optional<Delivery>>> ended) {
        List<Delivery> done = new ArrayList<>();
        Throwable bug = null;
        for (int i = 0; i < ended.size(); i++) {
            Destination other = others.get(i);
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

    private static Optional<Delivery> deliver(
            Manifest manifest, ObjectKey key, Destination other, Function<ObjectKey, Path> folders) {
        try {
            if (other.find(key.child(Withdrawal.FILE_NAME)).isPresent() || Arrival.has(manifest, key, other)) {
                return Optional.empty();
            }
            other.place(folders.apply(key), key, Manifest.FILE_NAME);
            if (takesParts(other)) {
                requireWhole(manifest, key, other);
            }
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

    /**
     * Looks at the dump as a whole, file by file as it came there: somebody who took us for dead may have removed parts
     * that had no manifest yet. Whoever removes such parts looks for the manifest afterwards, as this looks for the parts
     * after the manifest, so that of the two at least one finds out ({@link Orphans}).
     */
    private static void requireWhole(Manifest manifest, ObjectKey key, Destination other) throws SpillwayException {
        List<String> missing = Arrival.missing(manifest, key, other);
        if (!missing.isEmpty()) {
            other.delete(key.child(Manifest.FILE_NAME));
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "somebody has removed files of %s from %s while others were sent: %s"
                            .formatted(manifest.dump(), other.name(), String.join(", ", missing)),
                    "let only one machine publish %s there".formatted(manifest.dataset()));
        }
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

    /** Dumps that are whole at home and missing somewhere, the oldest first. */
    private List<Manifest> waiting(String dataset) throws SpillwayException {
        List<StoredObject> objects = home.list(dataset + "/");
        List<ObjectKey> manifests = objects.stream()
                .map(StoredObject::key)
                .filter(key -> key.name().equals(Manifest.FILE_NAME))
                .filter(key -> dump(dataset, key).isPresent())
                .sorted(Comparator.reverseOrder())
                .toList();
        List<Manifest> waiting = new ArrayList<>();
        for (ObjectKey key : spooled ? manifests : manifests.stream().limit(1).toList()) {
            Set<String> names = namesBeside(key, objects);
            if (names.size() == 1) {
                continue; // of a spool: delivered long ago
            }
            if (names.contains(Withdrawal.FILE_NAME)) {
                continue; // is being taken back
            }
            Optional<Manifest> manifest = read(key);
            if (manifest.isEmpty()) {
                continue;
            }
            if (lacks(manifest.get(), Publisher.key(manifest.get().id()))) {
                if (isWhole(manifest.get(), names)) {
                    waiting.add(0, manifest.get());
                }
            } else if (spooled) {
                removeFiles(manifest.get().dump()); // the run that delivered it died before it could
            }
        }
        return waiting;
    }

    private boolean lacks(Manifest manifest, ObjectKey dump) {
        for (Destination other : others) {
            try {
                if (other.find(dump.child(Withdrawal.FILE_NAME)).isEmpty() && !Arrival.has(manifest, dump, other)) {
                    return true;
                }
            } catch (SpillwayException e) {
                return true; // the delivery says what is wrong there
            }
        }
        return false;
    }

    /** Names of all files in the folder of a manifest, that of the manifest too. */
    private static Set<String> namesBeside(ObjectKey manifest, List<StoredObject> objects) {
        String folder = manifest.value().substring(0, manifest.value().length() - Manifest.FILE_NAME.length());
        return objects.stream()
                .map(object -> object.key().value())
                .filter(key -> key.startsWith(folder))
                .map(key -> key.substring(folder.length()))
                .collect(Collectors.toSet());
    }

    private static boolean isWhole(Manifest manifest, Set<String> names) {
        return manifest.parts().stream().map(Part::name).allMatch(names::contains)
                && manifest.files().stream().map(SideFile::name).allMatch(names::contains);
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

    /** Empty where it is no manifest: an old dump that is damaged must not keep new ones from being made. */
    private Optional<Manifest> read(ObjectKey key) throws SpillwayException {
        String where = home.name() + "/" + key;
        try (InputStream in = home.open(key)) {
            return Optional.of(ManifestJson.read(in, where));
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot read " + where + ": " + e.getMessage(), null, e);
        } catch (SpillwayException e) {
            if (e.fault() != Fault.INTEGRITY) {
                throw e;
            }
            LOG.warn("not delivered, spillway verify says more manifest={} cause=\"{}\"", where, e.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<DumpId> dump(String dataset, ObjectKey manifest) {
        String[] segments = manifest.value().split("/", -1);
        return segments.length == 3 ? DumpId.of(dataset, segments[1]) : Optional.empty();
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
