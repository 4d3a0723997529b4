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
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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

    /**
     * Sends what earlier runs have left to be sent: of a directory that is a destination the newest dump, of a spool
     * every dump. Removes what uploads of dead runs have left.
     *
     * @return what came of it, empty where nothing was left to do
     * @throws InterruptedException the thread was interrupted; what was sent is completed by the next call
     */
    public List<Delivery> resume(String dataset) throws SpillwayException, InterruptedException {
        List<Delivery> all = new ArrayList<>();
        if (!others.isEmpty()) {
            for (Manifest manifest : waiting(dataset)) {
                all.addAll(deliver(manifest));
            }
            others.forEach(other -> removeOrphans(dataset, other));
        }
        return all;
    }

    /**
     * Sends a dump to every destination that lacks it. One that fails does not hold up the others.
     *
     * @return one entry for each destination that lacked it
     * @throws InterruptedException the thread was interrupted; what was sent is completed by {@link #resume}
     */
    public List<Delivery> deliver(Manifest manifest) throws InterruptedException {
        ObjectKey key = Publisher.key(manifest.id());
        ExecutorService threads =
                Executors.newCachedThreadPool(task -> new Thread(task, "deliver-" + manifest.dataset()));
        List<Delivery> done = new ArrayList<>();
        try {
            List<Future<Optional<Delivery>>> under = others.stream()
                    .map(other -> threads.submit(() -> deliver(manifest, key, other)))
                    .toList();
            for (Future<Optional<Delivery>> each : under) {
                each.get().ifPresent(done::add);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a delivery failed in a way that nobody expected", e.getCause());
        } finally {
            threads.shutdownNow();
            if (!threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("an upload did not stop within {} s dump={}", STOP_SECONDS, manifest.dump());
            }
        }
        if (spooled && done.stream().allMatch(Delivery::arrived)) {
            removeFiles(manifest, key);
        }
        return done;
    }

    private Optional<Delivery> deliver(Manifest manifest, ObjectKey key, Destination other) {
        try {
            if (has(other, key)) {
                return Optional.empty();
            }
            other.place(folders.apply(key), key, Manifest.FILE_NAME);
            int left = other.sweep(new ObjectKey(manifest.dataset()));
            LOG.info("dump delivered dump={} destination={} swept={}", manifest.dump(), other.name(), left);
            return Optional.of(new Delivery(manifest.dump(), other.name(), null));
        } catch (SpillwayException e) {
            LOG.warn(
                    "dump not delivered dump={} destination={} cause=\"{}\"",
                    manifest.dump(),
                    other.name(),
                    e.getMessage());
            return Optional.of(new Delivery(manifest.dump(), other.name(), e));
        }
    }

    /**
     * Removes parts of dumps that never came to be: sent ahead by a run that died before it had a dump. Only files that are
     * called as parts of such a dump are removed, and only where neither a manifest, nor a note, nor home knows the dump.
     */
    private void removeOrphans(String dataset, Destination other) {
        if (!takesParts(other)) {
            return;
        }
        try {
            Map<DumpId, List<ObjectKey>> found = new TreeMap<>();
            for (StoredObject object : other.list(dataset + "/")) {
                String[] segments = object.key().value().split("/", -1);
                if (segments.length == 3) {
                    DumpId.of(dataset, segments[1])
                            .ifPresent(dump -> found.computeIfAbsent(dump, id -> new ArrayList<>())
                                    .add(object.key()));
                }
            }
            for (Map.Entry<DumpId, List<ObjectKey>> dump : found.entrySet()) {
                String stem = dump.getKey().fileStem() + ".";
                boolean partsAlone =
                        dump.getValue().stream().allMatch(key -> key.name().startsWith(stem));
                if (partsAlone
                        && home.find(Publisher.key(dump.getKey()).child(Manifest.FILE_NAME))
                                .isEmpty()) {
                    for (ObjectKey key : dump.getValue()) {
                        other.delete(key);
                    }
                    LOG.info("parts of a dead run removed dump={} destination={}", dump.getKey(), other.name());
                }
            }
        } catch (SpillwayException e) {
            LOG.warn("left-overs stay for now destination={} cause=\"{}\"", other.name(), e.getMessage());
        }
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
            Manifest manifest = read(key);
            if (isWhole(manifest, objects) && lacks(Publisher.key(manifest.id()))) {
                waiting.add(0, manifest);
            }
        }
        return waiting;
    }

    private boolean lacks(ObjectKey dump) {
        for (Destination other : others) {
            try {
                if (!has(other, dump)) {
                    return true;
                }
            } catch (SpillwayException e) {
                return true; // the delivery says what is wrong there
            }
        }
        return false;
    }

    /** Whether a destination has a dump, or has had it: what was taken back there does not come again. */
    private static boolean has(Destination other, ObjectKey dump) throws SpillwayException {
        return other.find(dump.child(Manifest.FILE_NAME)).isPresent()
                || other.find(dump.child(Shelf.WITHDRAWN)).isPresent();
    }

    private static boolean isWhole(Manifest manifest, List<StoredObject> objects) {
        String prefix = manifest.dump() + "/";
        var names = objects.stream()
                .map(object -> object.key().value())
                .filter(key -> key.startsWith(prefix))
                .map(key -> key.substring(prefix.length()))
                .collect(Collectors.toSet());
        return manifest.parts().stream().map(Part::name).allMatch(names::contains);
    }

    private void removeFiles(Manifest manifest, ObjectKey key) {
        try {
            for (StoredObject object : home.list(key + "/")) {
                if (!object.key().name().equals(Manifest.FILE_NAME)) {
                    home.delete(object.key());
                }
            }
        } catch (SpillwayException e) {
            LOG.warn("the spool keeps files that are not needed dump={} cause=\"{}\"", manifest.dump(), e.getMessage());
        }
    }

    private Manifest read(ObjectKey key) throws SpillwayException {
        try (InputStream in = home.open(key)) {
            return ManifestJson.read(in, home.name() + "/" + key);
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot read " + home.name() + "/" + key + ": " + e.getMessage(),
                    null,
                    e);
        }
    }

    private static Optional<DumpId> dump(String dataset, ObjectKey manifest) {
        String[] segments = manifest.value().split("/", -1);
        return segments.length == 3 ? DumpId.of(dataset, segments[1]) : Optional.empty();
    }

    /**
     * A dump at one destination.
     *
     * @param dump        its id
     * @param destination how the destination is called in messages
     * @param failure     why it is not there, or null if it is
     */
    public record Delivery(
            String dump, String destination, @Nullable SpillwayException failure) {
        /** Whether the dump is there, whole. */
        public boolean arrived() {
            return failure == null;
        }
    }
}
